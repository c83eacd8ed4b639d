import { messageOf } from '../../process/failure.ts';
import { failure, type HttpFailure } from './failure.ts';
import type { Secrets } from './secrets.ts';

const notListening = new Set(['ECONNREFUSED', 'ENOENT']);
const connectionLost = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_ABORTED', 'ECONNABORTED']);
const unknownHost = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL']);
const tls = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|EPROTO)/;
const notHttp = /^HPE_|^UND_ERR_HEADERS_OVERFLOW$/;

/** Reads what went wrong with a connection. @param place the address, fit for a sentence */
export function networkFailure(error: unknown, place: string, secrets: Secrets): HttpFailure {
  const code = codeIn(error);
  const why = code ?? secrets.quotable(messageOf(error), 120);
  const found = `The server could not be reached at ${place} (${why})`;
  if (code === null) return failure('unreachable', found, 'check the address, and the proxy where one is configured');
  if (notListening.has(code)) {
    return failure('unreachable', found, 'check that it runs and listens there', { notYet: true });
  }
  if (unknownHost.has(code)) return failure('unreachable', found, 'check the name of the host');
  if (tls.test(code)) {
    const said = `The TLS connection to ${place} failed (${code})`;
    return failure('unreachable', said, 'check its certificate, and NODE_EXTRA_CA_CERTS for an authority of your own');
  }
  if (notHttp.test(code)) {
    const said = `What answers at ${place} is not HTTP (${code})`;
    return failure('notMcp', said, 'check the port, and whether it wants https');
  }
  if (connectionLost.has(code)) {
    const said = `The connection to ${place} was dropped before the answer was complete (${code})`;
    return failure('lost', said, 'look in the log of the server, or of the gateway before it', { notYet: true });
  }
  return failure('unreachable', found, 'check the address, and whether this machine may reach it');
}

/** The system's, TLS's or undici's code, wherever it stands. */
function codeIn(error: unknown): string | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; depth++) {
    if ('code' in at && typeof at.code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(at.code)) return at.code;
    at = at instanceof AggregateError ? (at.errors as unknown[])[0] : at.cause;
  }
  return null;
}
