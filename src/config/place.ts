import type { Problem } from '../result/model.ts';
import type { SourceDocument, ValuePath } from './document.ts';
import { show } from './words.ts';

/** A mistake in the value at `path`. */
export function atValue(document: SourceDocument, path: ValuePath, sentence: string): Problem {
  return { message: `${pathText(path)}: ${sentence}`, location: document.locate(path) };
}

/** A mistake that the key at the end of `path` is, whatever stands there. */
export function atKey(document: SourceDocument, path: ValuePath, sentence: string): Problem {
  return { message: `${pathText(path)}: ${sentence}`, location: document.locateKey(path) };
}

/** A path as users write it: `servers.everything.args[0]`, in backticks. */
export function pathText(path: ValuePath): string {
  if (path.length === 0) return 'the file';
  const parts = path.map((step, index) => {
    if (typeof step === 'number') return `[${step}]`;
    const plain = /^[\w@$/-]{1,64}$/.test(step);
    if (!plain) return `[${show(step)}]`;
    return index === 0 ? step : `.${step}`;
  });
  return `\`${parts.join('')}\``;
}
