import { rawName } from '../config/identity.ts';
import type { ServerConfig, SourceSpec } from '../config/model.ts';
import { deriveServerName } from '../config/names.ts';
import { memberOf } from '../config/raw.ts';
import type { RepositorySpec } from '../config/repository-model.ts';
import type { FoundServer } from '../discovery/model.ts';
import { isInside } from '../discovery/paths.ts';
import { type KnownChanges, unknownBecause } from './changes.ts';
import { PackageChanges } from './package-changes.ts';
import { isProse } from './prose.ts';
import type { Looked } from './repositories.ts';

/** A server of a repository that was searched. */
export interface FoundThere {
  readonly server: ServerConfig;
  readonly spec: Pick<RepositorySpec, 'source' | 'location'>;
  readonly looked: Looked;
  readonly found: FoundServer;
}

/** Whether a remote server is one of this machine or its network, which the job may have started. */
function isOfJob({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' || !hostname.includes('.') || /^127\.|\.localhost$/u.test(hostname);
}

/** What never comes along with a folder that is installed (see install/path.ts). */
const neverCopied = /(?:^|\/)(?:node_modules|\.git)\/?$/u;

/** Says of single servers why they have to run: what cannot be excluded does. */
export class ServerChanges {
  readonly #known: KnownChanges;
  /** The configuration as it is written. */
  readonly #value: unknown;
  readonly #packages: PackageChanges;
  readonly #imageIsHere: (image: string) => Promise<boolean>;

  /** @param imageIsHere whether an image is on this machine before anything was pulled */
  constructor(known: KnownChanges, value: unknown, imageIsHere: (image: string) => Promise<boolean>) {
    this.#known = known;
    this.#value = value;
    this.#imageIsHere = imageIsHere;
    this.#packages = new PackageChanges(known);
  }

  /** @returns why a server that the configuration or the inputs list has to run; null where it is unchanged */
  async ofListed(server: ServerConfig): Promise<string | null> {
    return this.#unlessUnknown(async () => {
      const entry = memberOf(memberOf(this.#value, 'servers'), server.name);
      const isNamed = memberOf(entry, 'source') !== undefined;
      const why = isNamed ? null : await this.#ofLine(server, server.name, rawName(server.source));
      return why ?? (await this.#ofEntry(server)) ?? this.#ofSource(server.source);
    });
  }

  /** @returns why a server that was found has to run; null where it is unchanged */
  async ofFound({ server, spec, looked, found }: FoundThere): Promise<string | null> {
    return this.#unlessUnknown(async () => {
      const why = (await this.#ofLine(spec, server.name, found.name)) ?? (await this.#ofEntry(server));
      if (why !== null) return why;
      // A Dockerfile may copy anything from anywhere.
      if (spec.source.kind !== 'path' || server.build !== null) return this.#ofSource(spec.source);
      const root = this.#known.inside(spec.source.path);
      const built = server.source.kind === 'path';
      return this.#packages.why({ root, looked, found, built });
    });
  }

  async #unlessUnknown(why: () => Promise<string | null>): Promise<string | null> {
    try {
      return await why();
    } catch (error) {
      const reason = unknownBecause(error);
      if (reason === null) throw error;
      return `what it is made from could not be compared: ${reason}`;
    }
  }

  /** Of a source in a list, whose server has a name that nobody wrote down. */
  async #ofLine(
    { source, location }: Pick<RepositorySpec, 'location'> & { readonly source: SourceSpec },
    name: string,
    raw: string,
  ): Promise<string | null> {
    const { config } = this.#known;
    if (location !== null && !config.hadSource(source.given)) return `${source.given} is new in \`repositories\``;
    if (config.namesMoved !== null) return config.namesMoved;
    if (name !== deriveServerName(raw, new Set())) return 'its name depends on which others there are';
    return location === null ? this.#ofInput() : null;
  }

  /** What an input lists may come from any file, read by an earlier step. */
  async #ofInput(): Promise<string | null> {
    const outside = await this.#packages.outside(this.#changedFiles());
    return outside === null ? null : `${outside} changed, from which the input \`repositories\` may come`;
  }

  /** Its entry, its cases, and what these name. */
  async #ofEntry(server: ServerConfig): Promise<string | null> {
    const { config, changed, inside } = this.#known;
    const why = config.server(server.name);
    if (why !== null) return why;
    for (const from of [server.work?.from ?? null, ...server.mounts.map((mount) => mount.from)]) {
      const other = from === null ? null : await this.#inFolder(from, () => false);
      if (other !== null) return other;
    }
    const steps = server.cases.flatMap((each) => {
      const asks = [...each.setup, ...each.steps, ...each.teardown].some(({ expect }) => expect.snapshot !== undefined);
      return asks ? [inside(each.snapshotFile)] : [];
    });
    const snapshot = steps.find((file) => changed.has(file));
    return snapshot === undefined ? this.#ofJob(server) : `${snapshot} changed`;
  }

  /** What an earlier step of the job built or started may be made of any file. */
  async #ofJob({ source, image, services }: ServerConfig): Promise<string | null> {
    const [file] = this.#changedFiles();
    if (file === undefined) return null;
    if (source.kind === 'remote' && isOfJob(new URL(source.url))) {
      return `${file} changed, of which ${source.url} may be made`;
    }
    const images = [image, ...services.map((service) => service.image)];
    // A digest is what it is, wherever it was made.
    for (const each of new Set(images.filter((name) => name !== 'host' && !name.includes('@sha256:')))) {
      if (await this.#imageIsHere(each))
        return `${file} changed, of which the image ${each} of this machine may be made`;
    }
    return null;
  }

  /** Without what says how the run goes, and what is for readers. */
  #changedFiles(): string[] {
    const { changed, roles } = this.#known;
    return [...changed].filter((path) => !roles.has(path) && !isProse(path));
  }

  /** Of a source that is taken as it stands: nothing in it can be excluded. */
  async #ofSource(source: SourceSpec): Promise<string | null> {
    if (source.kind === 'path') return this.#inFolder(source.path, (path) => neverCopied.test(path));
    if (source.kind === 'mcpb') return this.#inFolder(source.path, () => false);
    return source.kind === 'registry' && 'file' in source ? this.#inFolder(source.file, () => false) : null;
  }

  /** @param path absolute: of a file or a folder */
  async #inFolder(path: string, isLeftOut: (path: string) => boolean): Promise<string | null> {
    const { changed, files, inside } = this.#known;
    const folder = inside(path);
    const first = [...changed].find((each) => isInside(each, folder));
    if (first !== undefined) return `${first} changed`;
    const unknown = (await files.untracked(path)).find((each) => !isLeftOut(each));
    return unknown === undefined ? null : `git does not track ${unknown || folder}, so that nobody knows what it was`;
  }
}
