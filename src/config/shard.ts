import type { RunInputs, ServerConfig } from './model.ts';

type Shard = NonNullable<RunInputs['shard']>;

/**
 * Leaves what one shard is for. All cases stand in a row and are cut into parts that differ by one case at most, so
 * that every server is started in as few shards as can be, and cases that build on each other mostly stay together.
 * A server whose cases are all in other shards is left out; one without any cases is in the first. A server of which
 * only marked cases run is not divided.
 */
export function takeShard(servers: readonly ServerConfig[], { index, count }: Shard): ServerConfig[] {
  const total = servers.reduce((sum, { cases }) => sum + cases.length, 0);
  const shardAt = (position: number) => Math.floor((position * count) / total) + 1;
  let before = 0;
  return servers.flatMap((server) => {
    const first = before;
    before += server.cases.length;
    if (server.cases.length === 0) return index === 1 ? [server] : [];
    const whole = server.cases.some(({ only }) => only);
    const cases = server.cases.filter((_case, position) => shardAt(whole ? first : first + position) === index);
    return cases.length === 0 ? [] : [{ ...server, cases }];
  });
}
