import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 collect sooner than it would: left alone, its space for new objects grows to three times 32 MiB, and the old
 * space to several times what is in use, of which little is given back. 10,000 cases then take 490 MB, with these less
 * than 300, in the same time. To be called first; a runner starts actions without flags for Node.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=60');
}
