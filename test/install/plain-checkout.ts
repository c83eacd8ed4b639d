import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import type { Checkout } from '../../src/checkout/model.ts';

/** Files by path, as a checkout without a repository: `->` in front makes a link. */
export function plainCheckout(contents: Readonly<Record<string, string>>, more: Partial<Checkout> = {}): Checkout {
  const paths = Object.keys(contents).sort();
  const isLink = (path: string) => contents[path]?.startsWith('->') === true;
  return {
    given: 'example/repository',
    commit: null,
    notes: [],
    files: paths.map((path) => ({
      path,
      kind: isLink(path) ? 'link' : 'file',
      executable: false,
      size: Buffer.byteLength(contents[path] ?? ''),
    })),
    text: async (path) => (isLink(path) ? null : (contents[path] ?? null)),
    pack: (folder, { uid, leaveOut }) => {
      const tar = pack();
      const hash = createHash('sha256');
      const prefix = folder === '.' ? '' : `${folder}/`;
      const owner = { uid, gid: uid, mtime: new Date(0) };
      const folders = new Set<string>();
      for (const path of paths.filter((each) => each.startsWith(prefix))) {
        const name = path.slice(prefix.length);
        const segments = name.split('/');
        if (segments.some(leaveOut)) continue;
        for (let depth = 1; depth < segments.length; depth++) folders.add(segments.slice(0, depth).join('/'));
      }
      for (const name of [...folders].sort()) tar.entry({ ...owner, name, type: 'directory', mode: 0o755 });
      for (const path of paths.filter((each) => each.startsWith(prefix))) {
        const name = path.slice(prefix.length);
        const text = contents[path] ?? '';
        if (name.split('/').some(leaveOut)) continue;
        hash.update(`${name}\0${text}\0`);
        if (isLink(path)) tar.entry({ ...owner, name, type: 'symlink', linkname: text.slice(2) });
        else tar.entry({ ...owner, name, mode: 0o644 }, text);
      }
      tar.finalize();
      return { tar: Readable.from(tar), digest: Promise.resolve(`sha256:${hash.digest('hex')}`) };
    },
    close: async () => {},
    ...more,
  };
}

/** The text files of a folder. */
export function readFolder(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => lstatSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}
