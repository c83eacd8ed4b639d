// What a program in the sandbox must not be able to do or see. Each attempt does no harm where it works, and says what
// happened: `held` where the sandbox kept it from it. Plain Node without dependencies.
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { chmodSync, closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
/** @typedef {{ held: boolean, outcome: string }} Attempted */
/** @typedef {{ id: string, attempt: () => Attempted | Promise<Attempted> }} Probe */
const waitMs = 2000;
const maxEntries = 400_000;
/** @param {unknown} error @returns {string} */
const codeOf = (error) => (error instanceof Error && 'code' in error ? String(error.code) : String(error));
/** @param {() => string} work that says what it got; being refused is what is hoped for @returns {Attempted} */
function refused(work) {
    try {
        return { held: false, outcome: work() };
    }
    catch (error) {
        return { held: true, outcome: codeOf(error) };
    }
}
/** @param {readonly string[]} found of what is not to be there @returns {Attempted} */
function nothing(found) {
    return { held: found.length === 0, outcome: found.length === 0 ? 'nothing' : found.slice(0, 10).join(', ') };
}
/** @param {import('node:net').NetConnectOpts} to @returns {Promise<Attempted>} */
function dial(to) {
    return new Promise((resolve) => {
        const socket = connect(to);
        const end = (/** @type {Attempted} */ attempted) => {
            clearTimeout(timer);
            socket.destroy();
            resolve(attempted);
        };
        // Silence is no proof that nothing went out.
        const timer = setTimeout(() => end({ held: false, outcome: 'no answer' }), waitMs);
        socket.once('connect', () => end({ held: false, outcome: 'connected' }));
        socket.once('error', (error) => end({ held: true, outcome: codeOf(error) }));
    });
}
/** @returns {Promise<Attempted>} */
function sendDatagram() {
    return new Promise((resolve) => {
        const socket = createSocket('udp4');
        socket.send('x', 53, '1.1.1.1', (error) => {
            socket.close();
            resolve(error === null ? { held: false, outcome: 'sent' } : { held: true, outcome: codeOf(error) });
        });
    });
}
/** @param {string} name @returns {Promise<Attempted>} */
async function resolveName(name) {
    try {
        return { held: false, outcome: (await lookup(name)).address };
    }
    catch (error) {
        return { held: true, outcome: codeOf(error) };
    }
}
/** Opens for writing, writes nothing. @param {string} path @returns {Attempted} */
const openToWrite = (path) => refused(() => {
    closeSync(openSync(path, 'r+'));
    return 'opened';
});
/** @param {string} path @returns {Attempted} */
const create = (path) => refused(() => {
    writeFileSync(path, '');
    rmSync(path);
    return 'written';
});
/** @param {string} folder @returns {string[]} */
function namesIn(folder) {
    try {
        return readdirSync(folder);
    }
    catch {
        return [];
    }
}
/** Paths of files or folders with these names, wherever they can be seen. @param {ReadonlySet<string>} names @returns {string[]} */
export function find(names, root = '/') {
    /** @type {string[]} */
    const found = [];
    let looked = 0;
    const skipped = new Set(['/proc', '/sys', '/usr']);
    const visit = (/** @type {string} */ folder) => {
        let entries;
        try {
            entries = readdirSync(folder, { withFileTypes: true });
        }
        catch {
            return;
        }
        for (const entry of entries) {
            if (++looked > maxEntries)
                return;
            const path = join(folder, entry.name);
            if (names.has(entry.name))
                found.push(path);
            if (entry.isDirectory() && !skipped.has(path))
                visit(path);
        }
    };
    visit(root);
    // Not to have looked at everything is no proof.
    return looked > maxEntries ? [...found, 'more than can be looked at'] : found;
}
/** Of processes that are neither we nor what started us. @returns {string[]} */
function otherProcesses() {
    const own = new Set([String(process.pid), String(process.ppid), '1']);
    return namesIn('/proc').filter((name) => /^\d+$/u.test(name) && !own.has(name));
}
/** @returns {Attempted} */
function runFromTmp() {
    const program = '/tmp/mcp-workflow-probe';
    writeFileSync(program, '#!/bin/sh\nexit 0\n');
    chmodSync(program, 0o755);
    const { error, status } = spawnSync(program);
    rmSync(program);
    return error === undefined ? { held: false, outcome: `exit ${status}` } : { held: true, outcome: codeOf(error) };
}
/** @param {string} program @param {readonly string[]} args that end with 0 where it works @returns {Attempted} */
function run(program, args) {
    const { error, status } = spawnSync(program, [...args], { timeout: waitMs, stdio: 'ignore' });
    if (error !== undefined)
        return { held: true, outcome: codeOf(error) };
    return { held: status !== 0, outcome: `exit ${status}` };
}
/** And back again, where it works. @returns {Attempted} */
function becomeRoot() {
    const own = process.geteuid?.() ?? 0;
    return refused(() => {
        process.seteuid?.(0);
        process.seteuid?.(own);
        return 'root';
    });
}
const engines = [
    '/run/podman/podman.sock',
    '/run/docker.sock',
    '/var/run/docker.sock',
    '/run/containerd/containerd.sock',
];
const usualDevices = new Set(['console', 'core', 'fd', 'full', 'mqueue', 'null', 'ptmx', 'pts', 'random', 'shm']);
for (const name of ['stderr', 'stdin', 'stdout', 'tty', 'urandom', 'zero'])
    usualDevices.add(name);
const runnersVariable = /^(ACTIONS|GITHUB|RUNNER|INPUT|MCP_WORKFLOW|XDG|SSH|NPM|PODMAN|DOCKER)_|TOKEN|SECRET|PASSWORD/u;
/** @type {readonly Probe[]} */
export const probes = [
    { id: 'network', attempt: () => dial({ host: '1.1.1.1', port: 443 }) },
    { id: 'network-v6', attempt: () => dial({ host: '2606:4700:4700::1111', port: 443 }) },
    { id: 'datagram', attempt: sendDatagram },
    { id: 'names', attempt: () => resolveName('registry.npmjs.org') },
    { id: 'metadata', attempt: () => dial({ host: '169.254.169.254', port: 80 }) },
    {
        id: 'gateway',
        attempt: () => dial({ host: '10.0.2.2', port: 22 }),
    },
    {
        id: 'interfaces',
        attempt: () => nothing(Object.keys(networkInterfaces()).filter((name) => name !== 'lo')),
    },
    {
        id: 'engine-sockets',
        attempt: () => nothing([...engines, ...namesIn('/run/user').map((id) => `/run/user/${id}`)].filter((path) => existsSync(path))),
    },
    {
        id: 'abstract-sockets',
        attempt: () => nothing(readFileSync('/proc/net/unix', 'utf8')
            .split('\n')
            .flatMap((line) => /[@/]\S+$/u.exec(line) ?? [])),
    },
    { id: 'processes', attempt: () => nothing(otherProcesses()) },
    {
        id: 'kernel-settings',
        attempt: () => openToWrite('/proc/sys/kernel/core_pattern'),
    },
    { id: 'kernel-trigger', attempt: () => openToWrite('/proc/sysrq-trigger') },
    { id: 'cgroups', attempt: () => openToWrite('/sys/fs/cgroup/cgroup.procs') },
    {
        id: 'devices',
        attempt: () => nothing(namesIn('/dev').filter((name) => !usualDevices.has(name))),
    },
    {
        id: 'workspace',
        attempt: () => nothing(find(new Set(['mcp-workflow.yml', '_runner_file_commands', 'result.json', 'logs.unfinished']))),
    },
    {
        id: 'environment',
        attempt: () => nothing(Object.keys(process.env).filter((name) => runnersVariable.test(name))),
    },
    { id: 'root', attempt: () => create('/mcp-workflow-probe') },
    { id: 'programs', attempt: () => create('/usr/mcp-workflow-probe') },
    { id: 'accounts', attempt: () => openToWrite('/etc/passwd') },
    { id: 'own-code', attempt: () => openToWrite(new URL(import.meta.url).pathname) },
    { id: 'run-from-tmp', attempt: runFromTmp },
    {
        id: 'namespaces',
        attempt: () => run('/usr/bin/unshare', ['--user', '--map-root-user', '/bin/true']),
    },
    { id: 'another-user', attempt: becomeRoot },
];
/** All of them, one after another. @returns {Promise<(Attempted & { id: string })[]>} */
export async function attemptAll() {
    const all = [];
    for (const { id, attempt } of probes)
        all.push({ id, ...(await attempt()) });
    return all;
}
