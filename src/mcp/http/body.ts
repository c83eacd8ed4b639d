const maxBody = 16 * 1024 * 1024;

/** @returns a body as text, or null where it is larger than 16 MiB. @throws what the body throws when its connection breaks */
export async function readText(body: AsyncIterable<Buffer>): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBody) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @returns at most `bytes` of a body's beginning, whatever becomes of the rest; never rejects */
export async function readHead(body: AsyncIterable<Buffer>, bytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= bytes) break;
    }
  } catch {
    // What came is what there is.
  }
  return Buffer.concat(chunks).toString('utf8', 0, bytes);
}
