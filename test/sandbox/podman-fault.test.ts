import { describe, expect, it } from 'vitest';
import { podmanFault } from '../../src/sandbox/podman-fault.ts';

const ended = (exitCode: number | null, stderr: string) => podmanFault({ exitCode, spawnError: null, stderr });

describe('whose fault the end of a container is', () => {
  it('is podman’s where it says so', () => {
    expect(ended(125, 'warning\nError: no container with name or ID "x" found')).toContain('no container with name');
    const clone = 'Error: OCI runtime error: crun: clone: Resource temporarily unavailable';
    expect(ended(126, clone)).toContain('temporarily unavailable');
    expect(podmanFault({ exitCode: null, spawnError: 'ENOENT', stderr: '' })).toContain('ENOENT');
  });
  it('is the program’s otherwise', () => {
    expect(ended(125, 'cannot reach the database')).toBe(null);
    expect(ended(1, 'Error: Resource temporarily unavailable')).toBe(null);
    expect(ended(127, 'Error: crun: executable file `x` not found in $PATH')).toBe(null);
    expect(ended(null, 'Error: x')).toBe(null);
  });
});
