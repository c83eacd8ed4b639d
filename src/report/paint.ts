import { styleText } from 'node:util';
import type { State } from '../result/model.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
export type Paint = (style: Style, text: string) => string;

const color: Readonly<Record<State, Style>> = { passed: 'green', failed: 'red', error: 'yellow', skipped: 'cyan' };
const sign: Readonly<Record<State, string>> = { passed: '✓', failed: '✗', error: '!', skipped: '-' };

/** @returns what puts ANSI styles around text, or leaves it as it is where `colored` is false */
export function painter(colored: boolean): Paint {
  return (style, text) => (colored ? styleText(style, text, { validateStream: false }) : text);
}

/** @returns the state with its sign, always equally wide */
export function stateWord(state: State, paint: Paint): string {
  return paint(color[state], `${sign[state]} ${state}`.padEnd(9));
}
