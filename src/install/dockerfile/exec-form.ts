import { refuse } from './refused.ts';

/**
 * Reads `["a", "b"]`.
 *
 * @returns null for what is no JSON, which is the shell form also where it begins with `[`
 * @throws DockerfileRefused for a list of anything but texts
 */
export function execForm(text: string, line: number): string[] | null {
  if (!text.startsWith('[')) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(value)) return null;
  const words: unknown[] = value;
  const texts = words.filter((word) => typeof word === 'string');
  if (texts.length < words.length)
    refuse(line, 'found a list in JSON that holds something else than texts; write texts');
  if (texts.some((word) => word.includes('\0'))) refuse(line, 'found the control character 0x00; take it out');
  return texts;
}
