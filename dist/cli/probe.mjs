// Runs inside a locked-down container and tries what it must not be able to do; prints one JSON line with what it saw.
// Plain Node without dependencies: it runs where nothing is installed.
import { readFileSync, writeFileSync } from 'node:fs';
import { attemptAll } from './probes.mjs';
/** @param {unknown} error */
const codeOf = (error) => (error instanceof Error && 'code' in error ? String(error.code) : String(error));
/** @param {string} path */
const read = (path) => {
    try {
        return readFileSync(path, 'utf8');
    }
    catch (error) {
        return codeOf(error);
    }
};
/** @param {string} path */
const tryWrite = (path) => {
    try {
        writeFileSync(path, '');
        return 'written';
    }
    catch (error) {
        return codeOf(error);
    }
};
const attempts = await attemptAll();
process.stdout.write(`${JSON.stringify({
    uid: process.getuid?.() ?? null,
    status: read('/proc/self/status'),
    uidMap: read('/proc/self/uid_map'),
    mounts: read('/proc/self/mountinfo'),
    homeWrite: tryWrite(`${process.env['HOME']}/probe`),
    environment: Object.keys(process.env),
    attempts: Object.fromEntries(attempts.map(({ id, held, outcome }) => [id, { held, outcome }])),
    memoryMax: read('/sys/fs/cgroup/memory.max'),
    pidsMax: read('/sys/fs/cgroup/pids.max'),
    cpuMax: read('/sys/fs/cgroup/cpu.max'),
})}\n`);
process.exit(0);
