export interface Anchor {
  /** Names in lower case. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly text: string;
}

const attribute = /\s+([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/uy;

/** The links of an HTML page, as far as the pages of package indexes go. In time linear in the page's length. */
export function* anchors(html: string): Generator<Anchor> {
  let at = 0;
  while (true) {
    at = nextAnchor(html, at);
    if (at < 0) return;
    const attributes = new Map<string, string>();
    attribute.lastIndex = at;
    for (let found = attribute.exec(html); found !== null; found = attribute.exec(html)) {
      at = attribute.lastIndex;
      const value = found[2] ?? found[3] ?? found[4] ?? '';
      attributes.set((found[1] ?? '').toLowerCase(), decode(value));
    }
    const open = html.indexOf('>', at);
    const end = open < 0 ? -1 : html.indexOf('<', open);
    if (open < 0) return;
    yield { attributes, text: decode(html.slice(open + 1, end < 0 ? undefined : end)) };
    at = open;
  }
}

/** @returns the place after the next `<a`, or -1. */
function nextAnchor(html: string, from: number): number {
  for (let at = html.indexOf('<', from); at >= 0; at = html.indexOf('<', at + 1)) {
    const name = html[at + 1];
    if ((name === 'a' || name === 'A') && /[\s>]/u.test(html[at + 2] ?? '')) return at + 2;
  }
  return -1;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]{2,4}));/gu, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number.parseInt(decimal, 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
