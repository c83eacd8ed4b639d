// Runs inside a locked-down container and tries what it must not be able to do; prints one JSON line with what it saw.
// Plain Node without dependencies: it runs where nothing is installed.
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
/** @param {string} path */
const read = (path) => {
    try {
        return readFileSync(path, 'utf8');
    }
    catch (error) {
        return codeOf(error);
    }
};
/** @param {unknown} error */
const codeOf = (error) => (error instanceof Error && 'code' in error ? String(error.code) : String(error));
/** @param {string} path */
const tryWrite = (path) => {
    try {
        writeFileSync(path, '#!/bin/sh\nexit 0\n');
        return 'written';
    }
    catch (error) {
        return codeOf(error);
    }
};
const tryExecInTmp = () => {
    const program = '/tmp/mcp-workflow-probe';
    if (tryWrite(program) !== 'written')
        return 'not written';
    chmodSync(program, 0o755);
    const result = spawnSync(program);
    return result.error === undefined ? `exit ${result.status}` : codeOf(result.error);
};
/** @param {string} host @param {number} port @returns {Promise<string>} */
const tryConnect = (host, port) => new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 });
    socket.once('connect', () => resolve('connected'));
    socket.once('timeout', () => resolve('timeout'));
    socket.once('error', (error) => resolve(codeOf(error)));
});
const unshare = spawnSync('/usr/bin/unshare', ['--user', '/bin/true'], { encoding: 'utf8' });
process.stdout.write(`${JSON.stringify({
    uid: process.getuid?.() ?? null,
    status: read('/proc/self/status'),
    interfaces: read('/proc/net/dev'),
    connects: [await tryConnect('1.1.1.1', 443), await tryConnect('169.254.169.254', 80)],
    rootWrite: tryWrite('/probe'),
    usrWrite: tryWrite('/usr/probe'),
    homeWrite: tryWrite(`${process.env['HOME']}/probe`),
    tmpExec: tryExecInTmp(),
    unshare: unshare.error === undefined ? `exit ${unshare.status} ${unshare.stderr}` : codeOf(unshare.error),
    environment: Object.keys(process.env),
    memoryMax: read('/sys/fs/cgroup/memory.max'),
    pidsMax: read('/sys/fs/cgroup/pids.max'),
    cpuMax: read('/sys/fs/cgroup/cpu.max'),
})}\n`);
process.exit(0);
