import type { WorkFolder } from '../config/model.ts';
import { treePath } from '../install/model.ts';
import type { HttpEndpoint, Reach, StartServer } from '../mcp/model.ts';
import { messageOf } from '../process/failure.ts';
import { Bridge } from '../sandbox/bridge.ts';
import { PodmanFailed } from '../sandbox/errors.ts';
import { homeDirectory, type HostMount, type VolumeMount } from '../sandbox/policy.ts';
import type { StartedContainer } from '../sandbox/podman.ts';
import { readFiles } from '../sandbox/read-files.ts';
import type { ContainerRequest, User } from '../sandbox/sandbox.ts';
import { Belongings } from './belongings.ts';
import { plainEnvironment, secretEnvironment } from './container-environment.ts';
import { fillFromFolder } from './copy-in.ts';
import { imageVolumes } from './image-volumes.ts';
import type { NoPlace, ServerPlace, SiteParts } from './server-site.ts';
import type { Services } from './services.ts';
import { pathWith, startCommand } from './start-command.ts';

/** After the container's own end, so that the run's deadline is what is seen. */
const marginSeconds = 30;

/** Makes a place, with services that are ready. @throws PodmanFailed, FolderRefused */
export async function openPlace(parts: SiteParts, services: Services): Promise<ServerPlace | NoPlace> {
  const command = startCommand(parts.server, parts.tree);
  if (!command.ok) return { outcome: 'not_mcp', advice: command.advice, stderrTail: '' };
  const place = new Place(parts, services);
  try {
    const missing = await place.furnish(command.command);
    if (missing === null) return place;
    await place.close();
    return missing;
  } catch (error) {
    await place.close();
    throw error;
  }
}

class Place implements ServerPlace {
  readonly #parts: SiteParts;
  readonly #services: Services;
  readonly #belongings: Belongings;
  readonly #running = new Set<StartedContainer>();
  #bridge: Bridge | null = null;
  #work: { readonly volume: string; readonly user: User } | null = null;
  #request: ContainerRequest | null = null;
  #closed: Promise<void> | null = null;
  readonly #reading = new Set<Promise<unknown>>();

  constructor(parts: SiteParts, services: Services) {
    this.#parts = parts;
    this.#services = services;
    this.#belongings = new Belongings(parts.sandbox);
  }

  /** @returns null, or what is missing. @throws PodmanFailed, FolderRefused */
  async furnish(command: readonly string[]): Promise<NoPlace | null> {
    const { sandbox, server, image, options } = this.#parts;
    const user = this.#belongings.userFor(image);
    const volumes = await this.#volumes(user);
    this.#bridge = await this.#openBridge();
    const hosts = await this.#hosts();
    if (this.#bridge !== null) {
      const { name: label } = server;
      const place = { sandbox, belongings: this.#belongings, bridge: this.#bridge, hosts, label };
      const missing = await this.#services.start(place, options);
      if (missing !== null) return missing;
    }
    this.#request = this.#requestOf(command, user, volumes, hosts);
    return null;
  }

  get reach(): Reach {
    const { transport } = this.#parts.server;
    const start: StartServer = () => this.#start();
    const endpoint = transport.kind === 'http' ? this.#endpoint(transport.port, transport.path) : null;
    return endpoint === null ? { kind: 'stdio', start } : { kind: 'http', start, endpoint };
  }

  async files(paths: readonly string[]): ReturnType<ServerPlace['files']> {
    const { server } = this.#parts;
    if (this.#work === null) return { failed: `${server.name} has no \`work\` folder to look into` };
    // Podman would make a volume that is gone anew, for nobody to remove.
    if (this.#closed !== null) return { failed: 'its work folder is removed already' };
    const reading = this.#read(this.#work, paths);
    this.#reading.add(reading);
    void reading.then(() => this.#reading.delete(reading));
    return reading;
  }

  async #read(
    work: { readonly volume: string; readonly user: User },
    paths: readonly string[],
  ): ReturnType<ServerPlace['files']> {
    const { sandbox, server, options } = this.#parts;
    try {
      return await readFiles(sandbox, { ...work, label: server.name, paths }, options.signal);
    } catch (error) {
      return { failed: `the work folder could not be read: ${messageOf(error)}` };
    }
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#services.closing();
    // Removes all that joined it, the server too.
    if (this.#bridge !== null) await this.#bridge.close();
    for (const container of this.#running) container.kill();
    await Promise.all([...[...this.#running].map((container) => container.exited), ...this.#reading]);
    await this.#belongings.release();
  }

  #start(): StartedContainer {
    const { sandbox, options } = this.#parts;
    if (this.#request === null || this.#closed !== null) throw new PodmanFailed('the place of the server is closed');
    const started = sandbox.start({ ...this.#request, timeoutSeconds: options.secondsLeft() + marginSeconds });
    this.#running.add(started);
    void started.exited.then(() => this.#running.delete(started));
    void started.exited.then(() => options.onUsage(started.usage()));
    return started;
  }

  async #volumes(user: User): Promise<VolumeMount[]> {
    const { sandbox, server, tree, image, mounts, options } = this.#parts;
    const { work, name: label } = server;
    const volumes: VolumeMount[] = [...mounts.volumes];
    if (tree !== null && tree.volume !== null) volumes.push({ volume: tree.volume, at: treePath, writable: false });
    if (work !== null) volumes.push(await this.#copyWork(work, user));
    const occupied = [...volumes, ...mounts.hostMounts].map(({ at }) => at);
    const declared = { image, user, label, occupied };
    return [...volumes, ...(await imageVolumes(sandbox, this.#belongings, declared, options.signal))];
  }

  async #copyWork({ from, at }: WorkFolder, user: User): Promise<VolumeMount> {
    const { sandbox, server, options } = this.#parts;
    const volume = await this.#belongings.volume(`${server.name}-work`, user);
    this.#work = { volume, user };
    const copying = { deadlineMs: server.timeouts.install, signal: options.signal };
    if (from !== null) await fillFromFolder(sandbox, volume, from, user.uid, copying);
    return { volume, at, writable: true };
  }

  /** Only where something is to be reached in there: others have a namespace that nobody needs to hold. */
  async #openBridge(): Promise<Bridge | null> {
    const { sandbox, server, options } = this.#parts;
    const { transport, services, name: label } = server;
    if (transport.kind !== 'http' && services.length === 0) return null;
    const waited = services.flatMap(({ ready }) => (ready === null || ready.kind === 'log' ? [] : [ready.port]));
    const ports = [...(transport.kind === 'http' ? [transport.port] : []), ...waited];
    return Bridge.open(sandbox, { label, ports, timeoutSeconds: options.secondsLeft() + marginSeconds });
  }

  /** The image of the host has a file for `localhost` alone. */
  async #hosts(): Promise<HostMount[]> {
    const { sandbox, server, image } = this.#parts;
    if (server.services.length === 0 && image.facts === null) return [];
    return [await sandbox.hostsFile(server.services.map(({ name }) => name))];
  }

  #requestOf(
    command: readonly string[],
    user: User,
    volumes: readonly VolumeMount[],
    hosts: readonly HostMount[],
  ): ContainerRequest {
    const { server, tree, image, mounts } = this.#parts;
    const writable = volumes.flatMap((mount) => (mount.writable ? [mount.at] : []));
    const path: Record<string, string> = tree?.volume ? { PATH: pathWith(image.path) } : {};
    return {
      phase: 'run',
      label: server.name,
      image,
      ...user,
      ...(this.#bridge === null ? {} : { joins: this.#bridge.container }),
      command,
      workdir: tree?.workdir ?? server.work?.at ?? homeDirectory,
      env: { ...path, ...plainEnvironment(image, server.env, writable) },
      secretEnv: secretEnvironment(server.env),
      volumes,
      hostMounts: [...mounts.hostMounts, ...hosts],
      resources: server.resources,
      timeoutSeconds: 0,
    };
  }

  #endpoint(port: number, path: string): HttpEndpoint | null {
    if (this.#bridge === null) return null;
    const url = `http://localhost:${port}${path}`;
    return { url, socketPath: this.#bridge.socketOf(port), headers: {}, auth: null, health: null };
  }
}
