import type { ParsedSource } from './parse.ts';
import { show } from './text.ts';

const domain = String.raw`(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?\/)?`;
const part = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const tag = String.raw`:\w[\w.-]{0,127}`;
const digest = '@sha256:[0-9a-f]{64}';
const name = `${domain}${part}(?:\\/${part})*`;
const maxLength = 500;

/** An image by tag, by digest or by both, as podman takes it. */
const exact = new RegExp(`^${name}(?:${tag}(?:${digest})?|${digest})$`);
const bare = new RegExp(`^${name}$`);

/**
 * Says what is wrong with a reference to an image.
 *
 * @returns a sentence, or null
 */
export function imageProblem(reference: string): string | null {
  const shown = show(reference);
  if (reference.length > maxLength) return `${shown} is longer than ${maxLength} characters`;
  if (exact.test(reference)) return null;
  if (bare.test(reference)) {
    return `${shown} has neither tag nor digest; add one, such as \`:1.2.0\` or \`@sha256:…\` (a digest is the same image tomorrow)`;
  }
  if (/^docker:|:\/\//.test(reference)) return `${shown} has a transport before its name; write the name alone`;
  if (exact.test(reference.toLowerCase()) && !reference.includes('@')) {
    return `${shown} is not the name of an image: its path may hold no capital letters`;
  }
  return `${shown} is not an image with its tag or digest, such as \`ghcr.io/acme/server:1.2.0\``;
}

/** Reads `oci:IMAGE`. */
export function parseImage(given: string): ParsedSource {
  const reference = given.slice('oci:'.length);
  const problem = imageProblem(reference);
  return problem === null ? { kind: 'oci', given, reference } : { invalid: problem };
}
