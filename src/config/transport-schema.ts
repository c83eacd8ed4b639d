import * as z from 'zod';
import { strict } from './strict.ts';
import { choice, wants, whole } from './values.ts';

export function transportSchema() {
  const http = strict({
    port: portNumber().describe('The port that the server listens on, on the loopback of its sandbox.'),
    path: urlPath('/mcp').optional().describe('Path of its MCP endpoint; `/mcp` otherwise.'),
  }).describe('Streamable HTTP inside the sandbox.');
  const stdio = z.literal('stdio', wants('`stdio`, or `{ http: { port, path } }`'));
  return z.union([stdio, strict({ http })], wants('`stdio`, or `{ http: { port, path } }`')).meta({
    description: 'How the server is reached once it runs.',
    examples: [{ http: { port: 3000, path: '/mcp' } }],
  });
}

export function protocolSchema() {
  return choice(['auto', 'legacy', 'modern']).describe(
    'The handshake: `initialize` (`legacy`), `server/discover` (`modern`), or the first and where it is refused the second (`auto`, the default).',
  );
}

export function portNumber() {
  return whole(1, 65_535, 'a port, a whole number');
}

/** The path of a URL, as it stands in a request. */
export function urlPath(example: string) {
  const what = `a path such as \`${example}\``;
  return z
    .string(wants(what))
    .max(1000, `expected ${what} of at most 1000 characters`)
    .regex(/^\/(?!\/)[\w.~!$&'()*+,;=:@%/?-]*$/, {
      error: ({ input }) =>
        `expected ${what}: it begins with one \`/\` and holds no spaces, found ${JSON.stringify(input)}`,
    });
}
