// Works, but only SIGKILL ends it.
import { serve, text, tool } from './lib.mjs';

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});
setInterval(() => {}, 1000);
serve({ tools: [tool('pid')], calls: { pid: () => text(String(process.pid)) } });
