import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { HttpEndpoint } from '../model.ts';

/** Whoever asks bounds the time: these would only end calls that are allowed to be slow. */
const noTimeouts = { headersTimeout: 0, bodyTimeout: 0 } as const;

/** @returns what opens the connections to an endpoint: its socket, this machine itself, or the network with its proxies */
export function dispatcherFor({ url, socketPath }: Pick<HttpEndpoint, 'url' | 'socketPath'>): Dispatcher {
  if (socketPath !== null) return new Agent({ ...noTimeouts, connect: { socketPath } });
  return isLoopback(new URL(url).hostname) ? new Agent(noTimeouts) : new EnvHttpProxyAgent(noTimeouts);
}

/** @param hostname as a URL gives it */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
