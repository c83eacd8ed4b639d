import type { Location } from './model.ts';

/** One line on the user's own file, as the platform shows it. `text` may hold foreign text: the host neutralises it. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly text: string;
  readonly location: Location | null;
}
