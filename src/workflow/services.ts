import type { ServerConfig, ServiceConfig } from '../config/model.ts';
import type { ServiceResult } from '../result/model.ts';
import type { Bridge } from '../sandbox/bridge.ts';
import { ImageRefused } from '../sandbox/errors.ts';
import { homeDirectory, type HostMount } from '../sandbox/policy.ts';
import type { ContainerRequest, PreparedImage, Sandbox } from '../sandbox/sandbox.ts';
import { Service } from '../sandbox/service.ts';
import type { Belongings } from './belongings.ts';
import { plainEnvironment, secretEnvironment } from './container-environment.ts';
import { imageVolumes } from './image-volumes.ts';
import type { NoPlace, SiteOptions } from './server-site.ts';
import { commandOfImage, type StartCommand } from './start-command.ts';

/** A service with its image, or why that will not do. */
export interface PreparedService {
  readonly config: ServiceConfig;
  readonly image: PreparedImage | { readonly refused: string };
}

/** @throws PodmanFailed where an image cannot be had for reasons that are nobody's here */
export async function prepareServices(
  sandbox: Sandbox,
  { services }: ServerConfig,
  { signal, progress }: SiteOptions,
): Promise<PreparedService[]> {
  return Promise.all(
    services.map(async (config) => {
      try {
        return { config, image: await sandbox.prepareImage(config.image, { signal, progress }) };
      } catch (error) {
        if (!(error instanceof ImageRefused)) throw error;
        return { config, image: { refused: error.message } };
      }
    }),
  );
}

/** What services are started in: the parts of one place. */
export interface ServicesPlace {
  readonly sandbox: Sandbox;
  readonly belongings: Belongings;
  readonly bridge: Bridge;
  readonly hosts: readonly HostMount[];
  /** Part of the names of what is made: the server's name. */
  readonly label: string;
}

/** The services of one place, as far as they were started. */
export class Services {
  readonly #prepared: readonly PreparedService[];
  readonly #started = new Map<string, Service>();
  readonly #refusals = new Map<string, string>();

  constructor(prepared: readonly PreparedService[]) {
    this.#prepared = prepared;
  }

  /**
   * Starts one after another, each when the one before it is ready: a service may need those that are named before it.
   * @returns null, or what keeps the server from being started. @throws PodmanFailed
   */
  async start(place: ServicesPlace, options: SiteOptions): Promise<NoPlace | null> {
    for (const { config, image } of this.#prepared) {
      options.progress(`starting the service ${config.name}`);
      const command = 'refused' in image ? null : serviceCommand(config, image);
      if ('refused' in image) return this.#refuse(config, image.refused);
      if (command?.ok !== true) return this.#refuse(config, command?.advice ?? '');
      const container = await containerOf(place, config, image, command.command, options);
      const { ready, startTimeout } = config;
      const onLine = (line: string) => options.onLog(config.name, line);
      const service = Service.start(place.sandbox, {
        name: config.name,
        container,
        ready,
        startTimeoutMs: startTimeout,
        onLine,
      });
      this.#started.set(config.name, service);
      const reason = await service.untilReady(place.bridge, options.signal);
      if (reason !== null) return notReady(config, reason, service.tail());
    }
    return null;
  }

  /** What is known of each now. */
  results(): ServiceResult[] {
    return this.#prepared.map(({ config: { name, image: given } }) => {
      const started = this.#started.get(name)?.result();
      if (started !== undefined) return started;
      const refusal = this.#refusals.get(name);
      const state = refusal === undefined ? 'skipped' : 'failed';
      const reason = refusal ?? 'not started';
      return { name, image: { given, digest: null }, state, reason, readyMs: null, logTail: '' };
    });
  }

  /** From here on they end because the place does. */
  closing(): void {
    for (const service of this.#started.values()) service.closing();
  }

  #refuse(config: ServiceConfig, reason: string): NoPlace {
    this.#refusals.set(config.name, reason);
    return notReady(config, reason, '');
  }
}

function serviceCommand({ command, args }: ServiceConfig, { facts }: PreparedImage): StartCommand {
  if (command !== null) return { ok: true, command: [...command, ...args] };
  return commandOfImage({ entrypoint: facts?.entrypoint ?? [], command: facts?.command ?? [] }, args);
}

async function containerOf(
  { sandbox, belongings, bridge, hosts, label: server }: ServicesPlace,
  config: ServiceConfig,
  image: PreparedImage,
  command: readonly string[],
  { signal, secondsLeft }: SiteOptions,
): Promise<ContainerRequest> {
  const user = belongings.userFor(image);
  const label = `${server}-${config.name}`;
  const volumes = await imageVolumes(sandbox, belongings, { image, user, label, occupied: [] }, signal);
  return {
    phase: 'service',
    label,
    image,
    ...user,
    joins: bridge.container,
    command,
    workdir: image.facts?.workdir ?? homeDirectory,
    env: plainEnvironment(
      image,
      config.env,
      volumes.map(({ at }) => at),
    ),
    secretEnv: secretEnvironment(config.env),
    volumes,
    hostMounts: hosts,
    resources: config.resources,
    timeoutSeconds: secondsLeft() + 30,
  };
}

function notReady({ name }: ServiceConfig, reason: string, tail: string): NoPlace {
  const whole = tail.split('\n').at(-1)?.trim() ?? '';
  const last = whole.length > 300 ? `${whole.slice(0, 300)}…` : whole;
  const said = last === '' ? 'it printed nothing' : `its last line: ${last}`;
  const advice = `Its service ${name} did not get ready: ${reason.replace(/\.$/u, '')} (${said}).`;
  return { outcome: 'needs_service', advice, stderrTail: tail };
}
