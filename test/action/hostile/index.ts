import type { HostileServer } from './model.ts';
import { processServers } from './process.ts';
import { protocolServers } from './protocol.ts';
import { resourceServers } from './resources.ts';
import { textServers } from './text.ts';

/** All that are programs of test/servers. */
export const hostileServers: readonly HostileServer[] = [
  ...protocolServers,
  ...processServers,
  ...resourceServers,
  ...textServers,
];
