import { pathToFileURL } from 'node:url';
import { CheckoutRefused } from './errors.ts';
import { show } from './show.ts';

const part = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9_-])?$/iu;
const repositoryName = /^[a-z0-9._-]+$/iu;

/**
 * @param name `owner/repo`. @param serverUrl of GITHUB_SERVER_URL: `https://github.com`, or a GitHub Enterprise Server's
 * @returns the repository's URL there. @throws CheckoutRefused where either is not what it should be
 */
export function repositoryUrl(name: string, serverUrl: string): string {
  const [owner = '', repository = '', ...more] = name.split('/');
  const usual = part.test(owner) && repositoryName.test(repository) && !/^\.{1,2}$|^\.git$/iu.test(repository);
  if (!usual || more.length > 0) {
    throw new CheckoutRefused(`${show(name)} is not a repository such as \`owner/repo\`.`);
  }
  const server = URL.parse(serverUrl);
  if (server === null || !/^https?:$/u.test(server.protocol) || server.username !== '' || server.password !== '') {
    throw new CheckoutRefused('GITHUB_SERVER_URL is not a URL such as `https://github.com`.');
  }
  return `${server.origin}${server.pathname.replace(/\/+$/u, '')}/${owner}/${repository}`;
}

/** What a repository's URL means to git. */
export interface RemotePlace {
  /** Handed to git as it is. */
  readonly url: string;
  readonly protocol: 'https' | 'http' | 'file';
  /** Scheme, host and port; null for a folder of this machine. */
  readonly origin: string | null;
  /** Host and port, as `URL.host` has them. */
  readonly host: string;
}

export interface PlaceRules {
  readonly allowInsecure: boolean;
  readonly allowLocal: boolean;
}

/** Judges a git URL. Nothing of it that may be secret is part of a message. @throws CheckoutRefused */
export function placeOf(text: string, rules: PlaceRules): RemotePlace {
  if (text.startsWith('/') && !/\p{Cc}/u.test(text)) return folderPlace(pathToFileURL(text), rules);
  if (/[\p{Cc}\s\\]/u.test(text) || text.startsWith('-')) throw noUrl();
  const scp = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)(.+)$/u.exec(text);
  if (scp !== null) throw overSsh(`${scp[1] ?? ''}/${scp[2] ?? ''}`);
  const url = URL.parse(text);
  if (url === null) throw noUrl();
  if (/^(?:git\+)?ssh:$/u.test(url.protocol)) throw overSsh(`${url.hostname}${url.pathname}`);
  if (url.protocol === 'file:') return folderPlace(url, rules);
  return webPlace(url, rules);
}

function webPlace(url: URL, rules: PlaceRules): RemotePlace {
  const protocol = url.protocol === 'https:' ? 'https' : url.protocol === 'http:' ? 'http' : null;
  if (protocol === null) {
    throw new CheckoutRefused('A git repository is reached over `https:` only: write `https://HOST/PATH`.');
  }
  if (protocol === 'http' && !rules.allowInsecure) {
    throw new CheckoutRefused('The repository is given with `http:`, which is not encrypted: write `https:`.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new CheckoutRefused(
      `The repository on ${url.host} is given with a user name or password in its URL, which every log would show: leave them out, and give a token as \`github-token\`.`,
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw new CheckoutRefused(`The repository on ${url.host} is given with \`?\` or \`#\` in its URL: leave that out.`);
  }
  return { url: url.href, protocol, origin: url.origin, host: url.host };
}

function folderPlace(url: URL, rules: PlaceRules): RemotePlace {
  if (!rules.allowLocal || url.host !== '') {
    throw new CheckoutRefused('A repository of this machine, given by a path or by `file:`, is not fetched.');
  }
  return { url: url.href, protocol: 'file', origin: null, host: 'this machine' };
}

function noUrl(): CheckoutRefused {
  return new CheckoutRefused('This is not the URL of a git repository, such as `https://HOST/PATH`.');
}

function overSsh(place: string): CheckoutRefused {
  const path = place.replaceAll(/\/{2,}/gu, '/');
  const instead = /^[\w./-]+$/u.test(path) ? `https://${path}` : 'https://HOST/PATH';
  return new CheckoutRefused(`A repository over SSH needs keys, and none are used here: write \`${instead}\`.`);
}
