import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A sentence for whoever reads what the client says: most clients show the reason, few the body. */
export function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, sentence, { 'content-type': 'text/plain', connection: 'close' });
  response.end(`${sentence}\n`);
}

/** As {@link refuse}, to who asked for a tunnel: there is no response object for that. */
export function refuseTunnel(client: Socket, status: number, sentence: string): void {
  const headers = `content-type: text/plain\r\ncontent-length: ${sentence.length + 1}\r\nconnection: close`;
  client.end(`HTTP/1.1 ${status} ${sentence}\r\n${headers}\r\n\r\n${sentence}\n`, () => client.destroy());
}

/** @returns what is aborted when one of these is closed: then nobody waits any more */
export function endOf(...waiting: readonly (Socket | ServerResponse)[]): AbortSignal {
  const ending = new AbortController();
  const end = () => {
    for (const each of waiting) each.off('close', end);
    ending.abort();
  };
  for (const each of waiting) each.once('close', end);
  if (waiting.some(({ destroyed }) => destroyed)) end();
  return ending.signal;
}
