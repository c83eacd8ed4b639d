import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

/** Bytes of a package document once unpacked: the largest real ones have some 60 MB. */
const maxOutputLength = 256 * 1024 ** 2;

/**
 * Clients other than npm fetch tarballs from wherever a package document says they are.
 * @param rename what a tarball's address becomes
 * @returns the document, unpacked, with the new addresses; null where it is none
 */
export function renameTarballs(
  body: Buffer,
  encoding: string | undefined,
  rename: (tarball: URL) => string,
): Buffer | null {
  const document = parse(body, encoding);
  if (!isRecord(document) || !isRecord(document['versions'])) return null;
  for (const version of Object.values(document['versions'])) {
    const dist = isRecord(version) ? version['dist'] : null;
    if (!isRecord(dist)) continue;
    const { tarball } = dist;
    if (typeof tarball === 'string' && URL.canParse(tarball)) dist['tarball'] = rename(new URL(tarball));
  }
  return Buffer.from(JSON.stringify(document));
}

function parse(body: Buffer, encoding: string | undefined): unknown {
  try {
    return JSON.parse(unpack(body, encoding).toString('utf8'));
  } catch {
    return null;
  }
}

function unpack(body: Buffer, encoding: string | undefined): Buffer {
  if (encoding === 'gzip') return gunzipSync(body, { maxOutputLength });
  if (encoding === 'br') return brotliDecompressSync(body, { maxOutputLength });
  return encoding === 'deflate' ? inflateSync(body, { maxOutputLength }) : body;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
