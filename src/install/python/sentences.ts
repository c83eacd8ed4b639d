import * as z from 'zod';
import type { InstallFailure } from '../model.ts';
import type { PythonFailure } from './report.ts';

export interface Told {
  readonly outcome: InstallFailure['outcome'];
  readonly advice: string;
}

const text = z.string().catch('');
const Details = z.object({
  name: text,
  version: z.string().nullable().catch(null),
  specifier: text,
  latest: z.string().nullable().catch(null),
  wantedBy: z.string().nullable().catch(null),
  wanted: text,
  python: text,
  got: text,
  text,
  requirement: text,
  platforms: z.array(z.string()).catch([]),
  interpreters: z.array(z.string()).catch([]),
  names: z.array(z.string()).catch([]),
});
type Details = z.infer<typeof Details>;

/** What install.py could not do, as a sentence that says what to do. @param image as configured, @param host the index's */
export function tellFailure(failure: PythonFailure, image: string, host: string): Told {
  const details = Details.parse(failure);
  const { name } = details;
  const which = details.version === null ? name : `${name} ${details.version}`;
  switch (failure.kind) {
    case 'no-package':
      return failed(`${name}${forWhom(details)} does not exist in the package index ${host}.`);
    case 'no-version':
      return failed(noVersion(details));
    case 'python':
      return failed(
        `${which} wants Python ${details.wanted}, and ${shown(image)} has ${details.python}: ${namePython(details)}.`,
      );
    case 'interpreter':
      return failed(
        `${which} has wheels only for other versions of Python (${details.interpreters.join(', ')}) and no source archive, and ${shown(image)} has ${details.python}: name an \`image\` with one of these.`,
      );
    case 'platform':
      return {
        outcome: 'unsupported_platform',
        advice: `${which} has no wheel for this operating system and processor, only for ${details.platforms.join(', ')}, and no source archive.`,
      };
    case 'hash':
      return failed(
        `${name} is not the file whose digest was recorded: SHA-256 ${details.got} where ${details.wanted} was expected. It must not be trusted.`,
      );
    case 'address':
      return failed(
        `${name} wants something from an address or a folder, where no install may go (${details.requirement}): publish it as a package of the index.`,
      );
    case 'circular':
      return failed(`To build it, it is needed itself, or something that needs it: ${details.names.join(', ')}.`);
    case 'build-result':
      return failed(`The build of ${named(name)} did not make the wheel that it was to make: ${details.text}.`);
    case 'unreadable':
      return failed(`${name} cannot be read: ${details.text}`);
    case 'no-pip':
      return failed(
        `${capital(shown(image))} has no pip, and it cannot be had otherwise: ${details.text}. Name an \`image\` that has Python with pip, such as ${goodImage}.`,
      );
    case 'pip':
      return tellPip(details.text);
    default:
      return failed(`It cannot be installed: ${details.text === '' ? failure.kind : details.text}.`);
  }
}

const goodImage = 'docker.io/library/python:3.13-slim';

/** Of an image without Python, by what podman says then. */
export function noPython(image: string): string {
  return `${capital(shown(image))} has no python3 on its PATH, which installs and starts Python packages: name an \`image\` that has, such as ${goodImage}.`;
}

/** pip's own words, as sentences that say what to do. */
const pipErrors: readonly (readonly [RegExp, string])[] = [
  [
    /THESE PACKAGES DO NOT MATCH THE HASHES/u,
    'A package is not the file whose digest was recorded: it must not be trusted.',
  ],
  [/ResolutionImpossible|conflicting dependencies/u, 'The dependencies contradict each other (ResolutionImpossible).'],
  [/No space left on device/u, 'The disk is full.'],
  [
    /outside the (?:target directory|destination)/u,
    'A package would write outside of its own folder: it must not be trusted.',
  ],
  [/is not a supported wheel on this platform/u, 'A wheel is not for this Python or this processor.'],
  [
    /No such file or directory: '\/|Failed to establish a new connection|Cannot connect to|Name or service not known|Temporary failure in name resolution/u,
    'A dependency is wanted from an address or a folder, where no install may go: publish it as a package of the index.',
  ],
  [
    /Cannot find command 'git'|git clone/u,
    'A dependency is wanted from git, where no install may go: publish it as a package of the index.',
  ],
  [/requires a different Python/u, 'A package is for another version of Python: name an `image` with one that fits.'],
  [/No matching distribution found/u, 'A dependency cannot be had from the package index in a version that fits.'],
];

export function tellPip(said: string): Told {
  const known = pipErrors.find(([pattern]) => pattern.test(said));
  return failed(known?.[1] ?? 'pip could not install it; its last lines say why.');
}

function noVersion({ name, specifier, latest, wantedBy }: Details): string {
  const wish = specifier === '' ? '' : ` that matches "${specifier}"`;
  const newest = latest === null ? '' : `; the latest is ${latest}`;
  return `${name} has no version${wish}${wantedBy === null ? '' : `, which ${wantedBy} depends on`}${newest}.`;
}

function forWhom({ wantedBy }: Details): string {
  return wantedBy === null ? '' : `, which ${wantedBy} depends on,`;
}

/** `>=3.12` names an image by itself. */
function namePython({ wanted }: Details): string {
  const lowest = />=\s*(3\.\d+)/u.exec(wanted)?.[1];
  return `name an \`image\` that fits, such as ${lowest === undefined ? goodImage : `docker.io/library/python:${lowest}-slim`}`;
}

/** `NAME=VERSION`, as builds are told apart. */
function named(key: string): string {
  return key.replace(/=(local)?$/u, '').replace('=', ' ');
}

function shown(image: string): string {
  return image === 'host' ? 'the image `host` (this machine)' : `the image ${image}`;
}

function capital(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}

function failed(advice: string): Told {
  return { outcome: 'install_failed', advice };
}
