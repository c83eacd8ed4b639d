import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { GitHubHost } from '../../src/host/github.ts';
import type { Host } from '../../src/host/host.ts';
import { TerminalHost } from '../../src/host/terminal.ts';
import { hostileText, loneSurrogate } from '../text/hostile.ts';
import { readCommands } from '../text/runner-rules.ts';

const secret = 'sesame/open 7f3a';

/** What a host writes to either stream. */
function written(host: Host, act: (host: Host) => void): string {
  let text = '';
  const catching = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      text += String(chunk);
      return true;
    }),
  );
  try {
    act(host);
  } finally {
    for (const stream of catching) stream.mockRestore();
  }
  return text;
}

function everything(host: Host, text: string): void {
  host.info(text);
  host.warning(text);
  host.debug(text);
  host.group(text, [text, text]);
  host.annotate([{ level: 'error', title: text, text, location: { file: text, line: 1, column: 1 } }]);
}

const hosts: readonly (readonly [string, () => Host, readonly string[]])[] = [
  ['github', () => new GitHubHost({}), ['warning', 'debug', 'group', 'endgroup', 'error']],
  ['terminal', () => new TerminalHost('/', { verbose: true }), []],
];

describe.each(hosts)('the host %s', (_, makeHost, commands) => {
  it('writes its own commands and no other, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          hostileText,
          hostileText.map((text) => text.repeat(300)),
        ),
        (text) => {
          const output = written(makeHost(), (host) => everything(host, text));
          expect(readCommands(output).map(({ name }) => name)).toEqual(commands);
          expect(output).not.toMatch(loneSurrogate);
          const annotations = readCommands(output).filter(({ name }) => name === 'error' || name === 'warning');
          for (const { data } of annotations) expect(data.length).toBeLessThanOrEqual(4096);
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([secret, Buffer.from(`a${secret}`).toString('base64'), encodeURIComponent(secret), `${secret.slice(0, 9)}…`])(
    'hides what it was told to hide: %s',
    (form) => {
      const host = makeHost();
      written(host, () => host.mask(secret));
      const output = written(host, () => everything(host, `see ${form} there`));
      expect(output).toContain('***');
      expect(output).not.toMatch(/sesame|c2FtZS9v|zZXNhbWUv/u);
    },
  );
});

it('hides the token of the platform without being told', () => {
  const host = new GitHubHost({ 'INPUT_GITHUB-TOKEN': 'ghs_0123456789abcdef' });
  const output = written(host, () => host.info('the other side said: ghs_0123456789abcdef'));
  expect(output).toBe('the other side said: ***\n');
});
