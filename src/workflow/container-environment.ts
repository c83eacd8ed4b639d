import type { EnvEntry } from '../config/model.ts';
import type { PreparedImage } from '../sandbox/sandbox.ts';
import { placeholder } from './placeholder.ts';

/** @returns the plain variables of a container; `writable` are the folders that it may write to. */
export function plainEnvironment(
  image: PreparedImage,
  entries: readonly EnvEntry[],
  writable: readonly string[],
): Record<string, string> {
  return { ...ofImage(image, writable), ...Object.fromEntries(entries.flatMap(plain)) };
}

/** @returns the granted secrets, by the names that the container knows them under. */
export function secretEnvironment(entries: readonly EnvEntry[]): Record<string, string> {
  return Object.fromEntries(
    entries.flatMap((entry) =>
      entry.kind === 'secret' && entry.value !== null ? [[entry.name, entry.value] as const] : [],
    ),
  );
}

function plain(entry: EnvEntry): [string, string][] {
  if (entry.kind === 'plain') return [[entry.name, entry.value]];
  return entry.value === null ? [[entry.name, placeholder]] : [];
}

/** The sandbox has values of its own for these, which would stand before the image's. */
function ofImage({ facts, home }: PreparedImage, writable: readonly string[]): Record<string, string> {
  const named = ['LANG', 'TZ'].flatMap((name) => {
    const value = facts?.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  // A HOME that cannot be written is of less use than one that is empty.
  const usable = home !== null && ['/tmp', ...writable].some((at) => home === at || home.startsWith(`${at}/`));
  return { ...Object.fromEntries(named), ...(usable ? { HOME: home } : {}) };
}
