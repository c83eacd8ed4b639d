import { describe, expect, it } from 'vitest';
import { tellGo } from '../../../src/install/go/sentences.ts';

const build = {
  image: 'localhost/go:1',
  go: { version: '1.22.1', cgo: false },
  allowsC: true,
  host: 'proxy.example',
  main: './cmd/server',
  folder: 'tools',
};
const exactly = (text: string) => new RegExp(`^${RegExp.escape(text)}$`, 'u');
const tell = (output: string) => tellGo(output, 'build', build, 1);

/** What Go prints, by version. */
describe('what Go says', () => {
  it.each([
    [
      'go: go.mod requires go >= 1.24.0 (running go 1.22.1; GOTOOLCHAIN=local)',
      'tools/go.mod asks for Go 1.24.0, and localhost/go:1 has 1.22.1: name an image that has it, such as docker.io/library/golang:1.24.',
    ],
    [
      "go: errors parsing go.mod:\n/app/go.mod:3: invalid go version '1.24.0': must match format 1.23",
      'tools/go.mod asks for Go 1.24.0, and localhost/go:1 has 1.22.1: name an image that has it, such as docker.io/library/golang:1.24.',
    ],
    ['go: errors parsing go.mod:\n/app/go.mod:5: unknown directive: toolchain', /asks for a later Go, and/u],
    ['note: module requires Go 1.25', /asks for Go 1\.25, and .*golang:1\.25\.$/u],
    [
      'go: example.org/x@v1.0.0: missing go.sum entry; to add it:\n\tgo mod download example.org/x',
      'tools/go.sum does not name example.org/x, so that nobody could say whether it is the right one: run `go mod tidy`, and commit go.sum.',
    ],
    [
      'main.go:3:8: missing go.sum entry for module providing package example.org/x (imported by a); to add:\n\tgo get a',
      /^tools\/go\.sum does not name example\.org\/x, /u,
    ],
    [
      'go: example.org/x@v1.0.0: missing go.sum entry for go.mod file; to add it:\n\tgo mod download example.org/x',
      /^tools\/go\.sum does not name example\.org\/x, /u,
    ],
    [
      'verifying example.org/x@v1.0.0: checksum mismatch\n\tdownloaded: h1:a\n\tgo.sum:     h1:b\n\nSECURITY ERROR\nThis download does NOT match',
      /^A module is not what tools\/go\.sum records, so it must not be trusted/u,
    ],
    [
      'go: updates to go.mod needed; to update it:\n\tgo mod tidy',
      /^tools\/go\.mod does not fit the code: run `go mod tidy`/u,
    ],
    ['go: inconsistent vendoring in /app:\n\tx@v1: is explicitly', /^The folder `vendor` does not fit tools\/go\.mod/u],
    [
      'go: example.org/Private@v1.2.3: reading http://127.0.0.1:8017/example.org/%21private/@v/v1.2.3.mod: 404 Not Found\n\tserver response: no',
      'example.org/Private@v1.2.3 is not on the module proxy proxy.example, and nothing is fetched from repositories: name a proxy that has it in GOPROXY, or commit `vendor` (`go mod vendor`).',
    ],
    [
      'x.go:3:8: no required module provides package example.org/y; to add it:\n\tgo get example.org/y',
      'example.org/y is imported, and tools/go.mod names no module that has it: run `go mod tidy`.',
    ],
    [
      '# runtime/cgo\ncgo: C compiler "gcc" not found: exec: "gcc": executable file not found in $PATH',
      /^It is partly written in C, and localhost\/go:1 has no C compiler/u,
    ],
    ['no Go files in /opt/mcp-workflow/app/tools/cmd/server', /is no package of tools\/go\.mod that can be built\.$/u],
    [
      '# example.org/server\n./main.go:3:2: undefined: x',
      'The build of ./cmd/server failed with exit code 1 in localhost/go:1 (Go 1.22.1, without C, for which localhost/go:1 has no compiler): its last lines say why; there is no network in a build.',
    ],
  ])('%s', (output, sentence) => {
    const { advice, outcome } = tell(output);
    expect(outcome).toBe('install_failed');
    expect(advice).toMatch(typeof sentence === 'string' ? exactly(sentence) : sentence);
  });

  it('does not blame the image where C is left out on purpose', () => {
    expect(tellGo('undefined: x', 'build', { ...build, allowsC: false }, 2).advice).toMatch(
      /\(Go 1\.22\.1, without C\)/u,
    );
    const compiled = { ...build, go: { version: '1.22.1', cgo: true } };
    expect(tellGo('undefined: x', 'build', compiled, 2).advice).toMatch(/\(Go 1\.22\.1\)/u);
  });

  it('tells another system from a failure', () => {
    const output = 'package ./cmd/server: build constraints exclude all Go files in /opt/mcp-workflow/app/cmd/server';
    expect(tell(output)).toEqual({
      outcome: 'unsupported_platform',
      advice: `./cmd/server has no code for this system (linux/${process.arch}), or only such as needs C, and localhost/go:1 has no C compiler.`,
    });
  });
});
