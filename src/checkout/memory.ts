import type { ContentReader } from './contents.ts';
import { cleanEntries } from './entry.ts';
import { ListedCheckout } from './listed-checkout.ts';
import type { Checkout } from './model.ts';

/** Texts as a checkout: what was got from elsewhere than a repository. @param texts by path */
export function textsAsCheckout(given: string, texts: Readonly<Record<string, string>>): Checkout {
  const raw = Object.entries(texts).map(([path, text]) => ({
    path,
    kind: 'file' as const,
    executable: false,
    size: Buffer.byteLength(text),
    target: null,
    oid: null,
  }));
  const { entries, notes } = cleanEntries(raw);
  const reader = (): ContentReader => ({
    open: ({ path, size }) => Promise.resolve({ size, chunks: once(texts[path] ?? '') }),
    close: () => Promise.resolve(),
  });
  return new ListedCheckout({ given, commit: null, entries, notes }, { reader, close: () => Promise.resolve() });
}

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
