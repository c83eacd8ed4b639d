// A line of a secret as short as this one may stand in any text (`},` of a JSON key).
const shortestLine = 8;

/**
 * The forms in which `secret` may turn up: itself, trimmed, on one line, its lines of 8 or more characters, and each of
 * these escaped as JSON (up to three times, in ASCII only, and as Go and PHP do it), as part of a URL, in hexadecimal, and
 * inside of any base64, in one line or as the usual tools break it.
 */
export function encodingsOf(secret: string): string[] {
  const lines = secret.split(/\r\n|\r|\n/).map((line) => line.trim());
  const oneLine = secret.replace(/\p{Cc}+/gu, ' ').trim();
  const values = new Set([secret, secret.trim(), oneLine, ...lines.filter((line) => line.length >= shortestLine)]);
  const forms = [...values].flatMap((value) => [value, ...json(value), ...url(value), ...hex(value), ...base64(value)]);
  return [...new Set(forms)];
}

function json(value: string): string[] {
  const once = escaped(value);
  const ascii = once.replace(/[\u007f-\uffff]/g, unicodeEscape);
  const upper = ascii.replace(/\\u[0-9a-f]{4}/g, (escape) => `\\u${escape.slice(2).toUpperCase()}`);
  const slashes = once.replaceAll('/', '\\/');
  // What could end a script, as Go escapes it unless told not to.
  const html = once.replace(/[<>&\u2028\u2029]/g, unicodeEscape);
  const forms = [once, ascii, upper, slashes, ascii.replaceAll('/', '\\/'), html];
  // JSON as a text of JSON is usual, and our own sentences quote what they show.
  const twice = forms.map(escaped);
  return [...forms, ...twice, ...twice.map(escaped)];
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function escaped(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

function url(value: string): string[] {
  const whole = value.toWellFormed();
  const component = encodeURIComponent(whole);
  const strict = component.replace(/[!'()*~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams({ v: whole }).toString().slice(2);
  const forms = [
    component,
    strict,
    strict.replaceAll('%7E', '~'),
    component.replaceAll('%2F', '/'),
    encodeURI(whole),
    form,
    // A URL as a part of another one.
    encodeURIComponent(component),
  ];
  return forms.flatMap((one) => [one, one.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase())]);
}

function hex(value: string): string[] {
  const lower = Buffer.from(value).toString('hex');
  return [lower, lower.toUpperCase()];
}

/** The value alone, and as it stands in the base64 of a longer text: that depends on what comes before, modulo 3. */
function base64(value: string): string[] {
  const bytes = Buffer.from(value);
  const inside = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // Six bits a character: only those characters that hold no bit of what comes before or after.
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const alone = bytes.toString('base64');
  const forms = [alone, alone.replace(/=+$/, ''), ...inside, ...brokenLines(inside[0] ?? '')];
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** `base64` breaks its lines after 76 characters, OpenSSL and PEM after 64: in a log, each of them stands alone. */
function brokenLines(encoded: string): string[] {
  if (encoded.length <= 64) return [];
  return [76, 64].flatMap((width) => encoded.match(new RegExp(`.{1,${width}}`, 'g')) ?? []);
}
