import * as z from 'zod';
import { RegistryFault } from '../upstream.ts';
import { anchors } from './anchors.ts';

/** One file of a package, as its page on the index names it (PEP 503, 691, 714). */
export interface IndexFile {
  readonly filename: string;
  /** Absolute, without credentials; http or https. */
  readonly url: URL;
  /** Lower-case hexadecimal digits, or null. */
  readonly sha256: string | null;
  readonly requiresPython: string | null;
  /** null: not yanked; else the reason, which may be empty. */
  readonly yanked: string | null;
  /** Whether METADATA of a wheel can be had beside it. */
  readonly hasMetadata: boolean;
  /** Of that METADATA. */
  readonly metadataSha256: string | null;
}

/** What an index sends may be huge or nonsense; real pages have some thousand files. */
const maxFiles = 50_000;

const word = z.string().max(2000);
const Hashes = z.record(z.string().max(50), z.unknown());
const File = z.object({
  filename: word,
  url: word,
  hashes: Hashes.nullish(),
  'requires-python': word.nullish(),
  yanked: z.union([z.boolean(), word]).nullish(),
  'core-metadata': z.union([z.boolean(), Hashes]).nullish(),
  'dist-info-metadata': z.union([z.boolean(), Hashes]).nullish(),
});
const Page = z.object({ files: z.array(z.unknown()).max(maxFiles) });

/**
 * @param body as the index answered. @param base the page's own address, for relative ones.
 * @returns its files; those with a strange name or address are left out. @throws RegistryFault
 */
export function parseSimplePage(body: string, contentType: string, base: URL): readonly IndexFile[] {
  return /json/iu.test(contentType) ? parseJsonPage(body, base) : parseHtmlPage(body, base);
}

function parseJsonPage(body: string, base: URL): readonly IndexFile[] {
  const page = Page.safeParse(parseJson(body));
  if (!page.success)
    throw new RegistryFault(`${base.host} answers for ${base.pathname} with no page of the simple API`);
  return page.data.files.flatMap((entry) => {
    const file = File.safeParse(entry);
    if (!file.success) return [];
    const { filename, url, hashes, yanked } = file.data;
    const metadata = file.data['core-metadata'] ?? file.data['dist-info-metadata'] ?? false;
    return fileOf(base, filename, url, {
      sha256: digestOf(hashes?.['sha256']),
      requiresPython: file.data['requires-python'] ?? null,
      yanked: typeof yanked === 'string' ? yanked : yanked === true ? '' : null,
      hasMetadata: metadata !== false,
      metadataSha256: typeof metadata === 'boolean' ? null : digestOf(metadata['sha256']),
    });
  });
}

function parseHtmlPage(body: string, base: URL): readonly IndexFile[] {
  const found: IndexFile[] = [];
  for (const { attributes, text } of anchors(body)) {
    if (found.length >= maxFiles) break;
    const href = attributes.get('href') ?? '';
    const metadata = attributes.get('data-core-metadata') ?? attributes.get('data-dist-info-metadata') ?? null;
    const more = {
      sha256: digestOf(/#sha256=([0-9a-f]{64})/iu.exec(href)?.[1]),
      requiresPython: attributes.get('data-requires-python') ?? null,
      yanked: attributes.get('data-yanked') ?? null,
      hasMetadata: metadata !== null && metadata !== 'false',
      metadataSha256: digestOf(/^sha256=([0-9a-f]{64})$/iu.exec(metadata ?? '')?.[1]),
    };
    found.push(...fileOf(base, text.trim(), href, more));
  }
  return found;
}

/** What pip can do something with: a wheel, or a source archive. */
const fileName = /^[A-Za-z0-9][\w.+!-]{0,250}\.(?:whl|tar\.gz|zip)$/u;

function fileOf(
  base: URL,
  filename: string,
  href: string,
  more: Omit<IndexFile, 'filename' | 'url'>,
): readonly IndexFile[] {
  if (!fileName.test(filename) || !URL.canParse(href, base.href)) return [];
  const url = new URL(href, base);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return [];
  url.hash = '';
  url.username = '';
  url.password = '';
  return [{ filename, url, ...more }];
}

function digestOf(value: unknown): string | null {
  return typeof value === 'string' && /^[0-9a-f]{64}$/iu.test(value) ? value.toLowerCase() : null;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
