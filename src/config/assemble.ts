import type { Location } from '../result/model.ts';
import { envEntries, transportOf } from './assemble-transport.ts';
import type { SourceDocument } from './document.ts';
import type { BuildConfig, CaseSpec, Resources, ServerConfig, ServiceConfig, SourceSpec, Timeouts } from './model.ts';
import type { ConfigFile, ServerEntry } from './schema.ts';

/** What holds where neither the server nor `defaults` says anything. */
const standard = {
  image: 'host',
  protocol: 'auto',
  resources: { cpus: 0.5, memory: 512 * 1024 ** 2, pids: 256, disk: 2 * 1024 ** 3 },
  timeouts: { install: 180_000, start: 30_000, call: 30_000, stop: 5000 },
  serviceStart: 60_000,
  retries: 3,
} as const;

/** A server as it was listed or found: under `servers`, or only as a source. */
export interface ListedServer {
  readonly name: string;
  readonly source: SourceSpec;
  readonly location: Location | null;
  /** null: nothing but its source is known. */
  readonly entry: ServerEntry | null;
}

/** What servers are put together with. */
export interface Assembly {
  readonly document: SourceDocument | null;
  readonly defaults: ConfigFile['defaults'];
  /** Values by name. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** Puts a server together from what it says itself, the file's defaults and ours, in this order. */
export function assembleServer(listed: ListedServer, assembly: Assembly, cases: readonly CaseSpec[]): ServerConfig {
  const { name, source, location, entry } = listed;
  const { defaults, secrets } = assembly;
  return {
    name,
    source,
    transport: transportOf(source, entry, secrets),
    protocol: entry?.protocol ?? defaults?.protocol ?? standard.protocol,
    services: servicesOf(name, entry, assembly),
    location,
    bin: entry?.bin ?? null,
    command: entry?.command ?? null,
    args: entry?.args ?? [],
    env: envEntries(entry?.env, secrets),
    image: imageOf(source, entry, defaults),
    build: buildOf(entry),
    installScripts: entry?.installScripts ?? 'sandboxed',
    work: workOf(entry),
    mounts: entry?.mounts ?? [],
    resources: merge<Resources>(standard.resources, defaults?.resources, entry?.resources),
    timeouts: merge<Timeouts>(standard.timeouts, defaults?.timeouts, entry?.timeouts),
    retries: entry?.retries ?? defaults?.retries ?? standard.retries,
    cases,
  };
}

/** An image that is the source is also what runs; a default for others is not meant for it. */
function imageOf(source: SourceSpec, entry: ServerEntry | null, defaults: ConfigFile['defaults']): string {
  if (source.kind === 'oci') return source.reference;
  if (source.kind === 'remote') return standard.image;
  return entry?.image ?? defaults?.image ?? standard.image;
}

function buildOf(entry: ServerEntry | null): BuildConfig | null {
  if (entry?.build === undefined) return null;
  const {
    dockerfile = null,
    context = null,
    target = null,
    args = {},
    hosts = [],
    registries = [],
  } = entry.build === 'dockerfile' ? {} : entry.build;
  return { dockerfile, context, target, args, hosts, registries };
}

function workOf(entry: ServerEntry | null): ServerConfig['work'] {
  if (entry?.work === undefined) return null;
  const { from = null, at, reset = 'server' } = entry.work;
  return { from, at, reset };
}

/** Defaults are for servers: a service has its own limits, or ours. */
function servicesOf(server: string, entry: ServerEntry | null, { document, secrets }: Assembly): ServiceConfig[] {
  if (document === null) return [];
  return Object.entries(entry?.services ?? {}).map(([name, service]) => ({
    name,
    image: service.image ?? standard.image,
    command: service.command ?? null,
    args: service.args ?? [],
    env: envEntries(service.env, secrets),
    ready: readyOf(service.ready),
    startTimeout: service.startTimeout ?? standard.serviceStart,
    resources: merge<Resources>(standard.resources, service.resources),
    location: document.locateKey(['servers', server, 'services', name]),
  }));
}

type Ready = NonNullable<NonNullable<ServerEntry['services']>[string]['ready']>;

function readyOf(ready: Ready | undefined): ServiceConfig['ready'] {
  if (ready?.tcp !== undefined) return { kind: 'tcp', port: ready.tcp };
  if (ready?.http !== undefined) return { kind: 'http', port: ready.http.port, path: ready.http.path ?? '/' };
  return ready?.log === undefined ? null : { kind: 'log', contains: ready.log };
}

type Layer<Values> = { readonly [Key in keyof Values]?: Values[Key] | undefined };

/** The last layer that says something decides, key by key. */
function merge<Values extends object>(base: Values, ...layers: readonly (Layer<Values> | undefined)[]): Values {
  const merged = { ...base };
  for (const layer of layers) Object.assign(merged, layer);
  return merged;
}
