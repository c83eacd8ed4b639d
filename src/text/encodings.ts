// A line of a secret as short as this one may stand in any text (`},` of a JSON key).
const shortestLine = 8;

/**
 * The forms in which `secret` may turn up: itself, trimmed, its lines of 8 or more characters, and each of these
 * escaped as JSON (also twice, and in ASCII only), as part of a URL, in hexadecimal, and inside of any base64.
 */
export function encodingsOf(secret: string): string[] {
  const lines = secret.split(/\r\n|\r|\n/).map((line) => line.trim());
  const values = new Set([secret, secret.trim(), ...lines.filter((line) => line.length >= shortestLine)]);
  const forms = [...values].flatMap((value) => [value, ...json(value), ...url(value), ...hex(value), ...base64(value)]);
  return [...new Set(forms)];
}

function json(value: string): string[] {
  const once = escaped(value);
  const ascii = once.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const slashes = once.replaceAll('/', '\\/');
  return [once, ascii, slashes, escaped(once), escaped(ascii)];
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
  const forms = [alone, alone.replace(/=+$/, ''), ...inside];
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}
