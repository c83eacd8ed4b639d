import type { IndexFile } from './simple-page.ts';

export const jsonType = 'application/vnd.pypi.simple.v1+json';

/** A file, and the path by which the gateway serves it. */
export interface ShownFile {
  readonly file: IndexFile;
  readonly path: string;
}

/** @returns a page of the simple API as JSON (PEP 691). */
export function jsonPage(name: string, shown: readonly ShownFile[]): string {
  const files = shown.map(({ file, path }) => ({
    filename: file.filename,
    url: path,
    hashes: file.sha256 === null ? {} : { sha256: file.sha256 },
    ...(file.requiresPython === null ? {} : { 'requires-python': file.requiresPython }),
    ...(file.yanked === null ? {} : { yanked: file.yanked || true }),
    ...(file.hasMetadata ? { 'core-metadata': metadataOf(file) } : {}),
  }));
  return JSON.stringify({ meta: { 'api-version': '1.0' }, name, files });
}

/** @returns the same as HTML (PEP 503), which every pip understands. */
export function htmlPage(name: string, shown: readonly ShownFile[]): string {
  const links = shown.map(({ file, path }) => {
    const digest = file.sha256 === null ? '' : `#sha256=${file.sha256}`;
    const python = file.requiresPython === null ? '' : ` data-requires-python="${escaped(file.requiresPython)}"`;
    const yanked = file.yanked === null ? '' : ` data-yanked="${escaped(file.yanked)}"`;
    const sha256 = file.metadataSha256;
    const metadata = file.hasMetadata ? ` data-core-metadata="${sha256 === null ? 'true' : `sha256=${sha256}`}"` : '';
    return `<a href="${path}${digest}"${python}${yanked}${metadata}>${file.filename}</a><br>`;
  });
  const head = '<meta name="pypi:repository-version" content="1.0">';
  return `<!DOCTYPE html>\n<html><head>${head}<title>${name}</title></head><body>\n${links.join('\n')}\n</body></html>\n`;
}

function metadataOf(file: IndexFile): true | { readonly sha256: string } {
  return file.metadataSha256 === null ? true : { sha256: file.metadataSha256 };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
