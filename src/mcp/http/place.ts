import { cut } from '../text.ts';

/** @returns an address for a sentence: without user, password and query, where secrets stand */
export function placeOf(url: URL): string {
  return cut(`${url.origin}${url.pathname}`, 200);
}
