import { readFile } from 'node:fs/promises';

/** Certificates beside the built-in ones, as most tools are told of them. @returns PEM; null where none are named, or the file cannot be read */
export async function certificatesOf(
  env: Readonly<NodeJS.ProcessEnv>,
  ...first: readonly (string | undefined)[]
): Promise<string | null> {
  const file = [...first, env['REQUESTS_CA_BUNDLE'], env['SSL_CERT_FILE']].find((each) => each);
  return file === undefined ? null : await readFile(file, 'utf8').catch(() => null);
}
