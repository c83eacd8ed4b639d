import { cpus, totalmem } from 'node:os';
import { benchCalls } from './benches/calls.ts';
import { benchCold } from './benches/cold.ts';
import { benchDiscovery } from './benches/discovery.ts';
import { benchManyCases } from './benches/many-cases.ts';
import { benchManyServers } from './benches/many-servers.ts';
import { repetitions, say } from './benches/measure.ts';
import { benchNothing } from './benches/nothing.ts';

/**
 * Every pair is measured alternately in one run, since these machines are shared; the medians are compared. (d) runs
 * once: it measures memory. MCP_WORKFLOW_BENCH_CASES and MCP_WORKFLOW_BENCH_SERVERS make (d) and (e) smaller.
 */
const parts: Readonly<Record<string, () => Promise<void>>> = {
  a: benchCalls,
  b: benchNothing,
  c: benchCold,
  d: benchManyCases,
  e: benchManyServers,
  f: benchDiscovery,
};

say(
  `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.version}, ${repetitions} repetitions, medians`,
);
for (const [name, bench] of Object.entries(parts)) {
  if ((process.argv[3] ?? Object.keys(parts).join('')).includes(name)) await bench();
}
