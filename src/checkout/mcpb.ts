import { stat } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Entry as ZipEntry, openPromise, type ZipFile } from 'yauzl';
import { messageOf } from '../process/failure.ts';
import type { Contents } from './contents.ts';
import { cleanEntries, type Entry } from './entry.ts';
import { CheckoutRefused, CheckoutUnavailable } from './errors.ts';
import { mebibytes } from './limits.ts';
import { ListedCheckout } from './listed-checkout.ts';
import type { Checkout } from './model.ts';
import { faultOfPath } from './paths.ts';
import { show } from './show.ts';

export interface ArchiveLimits {
  readonly entries: number;
  /** Bytes of all files together, unpacked. */
  readonly unpackedBytes: number;
  /** Bytes of one file, unpacked. */
  readonly fileBytes: number;
  /** Unpacked bytes for one byte of the archive. Asked only of archives that unpack to more than 10 MiB. */
  readonly ratio: number;
}

const defaultLimits: ArchiveLimits = {
  entries: 10_000,
  unpackedBytes: 200 * 1024 ** 2,
  fileBytes: 50 * 1024 ** 2,
  ratio: 100,
};
const ratioFrom = 10 * 1024 ** 2;

type Zipped = Entry & { readonly zip: ZipEntry };

/**
 * Opens an MCP bundle (`*.mcpb`, formerly `*.dxt`), a zip file. It is refused as a whole where one of its entries is
 * anything but a plain file at a plain path. Lengths and checksums are checked when a file is read.
 * It must not be changed until the checkout is closed.
 *
 * @param given the source as the user wrote it. @param path absolute
 * @throws CheckoutRefused
 */
export async function openMcpb(given: string, path: string, limits: Partial<ArchiveLimits> = {}): Promise<Checkout> {
  const zip = await openZip(given, path);
  try {
    const zipped = await readEntries(zip, { ...defaultLimits, ...limits });
    const { entries, notes } = cleanEntries(zipped);
    if (notes.length > 0) throw new CheckoutRefused(notes.join(' '));
    return new ListedCheckout({ given, commit: null, entries, notes: [] }, zipContents(zip, entries));
  } catch (error) {
    zip.close();
    throw new CheckoutRefused(`${given} is not used: ${messageOf(error).replace(/\.$/u, '')}.`);
  }
}

async function openZip(given: string, path: string): Promise<ZipFile> {
  try {
    if (!(await stat(path)).isFile()) throw new Error('it is no file');
    return await openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: true });
  } catch (error) {
    throw new CheckoutRefused(`${given} cannot be read as a bundle: ${messageOf(error)}.`);
  }
}

async function readEntries(zip: ZipFile, limits: ArchiveLimits): Promise<Zipped[]> {
  const entries: Zipped[] = [];
  let seen = 0;
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    if (++seen > limits.entries) throw new Error(`it holds more than ${limits.entries} entries`);
    const fault = faultOfEntry(entry, limits);
    if (fault !== null) throw new Error(`${show(entry.fileName)} ${fault}`);
    if (entry.fileName.endsWith('/')) continue;
    bytes += entry.uncompressedSize;
    if (bytes > limits.unpackedBytes) throw new Error(`it unpacks to more than ${mebibytes(limits.unpackedBytes)}`);
    if (bytes > ratioFrom && bytes > zip.fileSize * limits.ratio) {
      throw new Error(`it unpacks to more than ${limits.ratio} times its size`);
    }
    const executable = (unixMode(entry) & 0o100) !== 0;
    const of = { path: entry.fileName, kind: 'file', executable, size: entry.uncompressedSize } as const;
    entries.push({ ...of, target: null, oid: null, zip: entry });
  }
  return entries;
}

const typeMask = 0o170000;
const regular = 0o100000;
const folder = 0o040000;

function faultOfEntry(entry: ZipEntry, limits: ArchiveLimits): string | null {
  const isFolder = entry.fileName.endsWith('/');
  const fault = faultOfPath(isFolder ? entry.fileName.slice(0, -1) : entry.fileName);
  if (fault !== null) return `has a path that ${fault}`;
  const type = unixMode(entry) & typeMask;
  if (type !== 0 && type !== regular && type !== folder) return 'is a link or a device';
  if ((type === folder && !isFolder) || (type === regular && isFolder)) return 'is a file and a folder at once';
  if (entry.isEncrypted()) return 'is encrypted';
  if (!entry.canDecodeFileData()) return 'is compressed in a way that is not known here';
  if (entry.uncompressedSize > limits.fileBytes) return `unpacks to more than ${mebibytes(limits.fileBytes)}`;
  return null;
}

function unixMode(entry: ZipEntry): number {
  return entry.externalFileAttributes >>> 16;
}

function zipContents(zip: ZipFile, entries: readonly Zipped[]): Contents {
  const byPath = new Map(entries.map((entry) => [entry.path, entry.zip]));
  let closed = false;
  return {
    reader: () => ({
      open: async (entry) => {
        const found = byPath.get(entry.path);
        if (closed || found === undefined) throw new CheckoutUnavailable('The bundle is closed.');
        return { size: entry.size, chunks: checked(found, await zip.openReadStreamPromise(found)) };
      },
      close: async () => {},
    }),
    close: async () => {
      if (!closed) zip.close();
      closed = true;
    },
  };
}

/** The length is checked by yauzl. */
async function* checked(entry: ZipEntry, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let sum = 0;
  for await (const chunk of chunks) {
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (sum !== entry.crc32) throw new Error(`${show(entry.fileName)} is not what its checksum says`);
}
