import { distance } from 'fastest-levenshtein';

/** A Dockerfile that is not built. The message is the rest of a sentence that begins with the file and this line. */
export class DockerfileRefused extends Error {
  override readonly name = 'DockerfileRefused';
  /** From 1; null where it is about the whole file. */
  readonly line: number | null;

  constructor(line: number | null, message: string) {
    super(message);
    this.line = line;
  }
}

export function refuse(line: number | null, message: string): never {
  throw new DockerfileRefused(line, message);
}

/** Foreign names that are compared, and how long they may be: the cost grows with both. */
const maxNames = 200;
const maxLength = 40;

/** @returns ``; did you mean `X`?``, or nothing where no name is near */
export function didYouMean(name: string, known: Iterable<string>): string {
  if (name.length > maxLength) return '';
  const near = [...known]
    .slice(0, maxNames)
    .filter((other) => other.length <= maxLength)
    .map((other) => ({ other, far: distance(name.toLowerCase(), other.toLowerCase()) }))
    .filter(({ far }) => far <= Math.min(3, Math.ceil(name.length / 3)))
    .sort((left, right) => left.far - right.far)[0];
  return near === undefined ? '' : `; did you mean \`${near.other}\`?`;
}
