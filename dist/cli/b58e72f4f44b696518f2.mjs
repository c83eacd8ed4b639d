// Runs inside the fetch container, which has no network: forwards a local port to the registry gateway's socket, lets
// npm install through it, and prints one JSON line about what is installed. npm's own output goes to stderr.
// Plain Node without dependencies; nothing of the installed packages is started here.
import { spawn } from 'node:child_process';
import { closeSync, lstatSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { forward } from './forward.mjs';
import { readJson, record, urlsIn } from './json.mjs';
/**
 * @typedef {{ root: string, socket: string | null, registryPath: string, npm: string, npmArguments: string[],
 *   packageFolder: string }} Request `packageFolder` is relative to `root`
 */
/** @type {Request} */
const request = JSON.parse(process.argv[2] ?? '{}');
/** @param {number} port @returns {Promise<number>} npm's exit code */
function install(port) {
    const cache = join(request.root, '.mcp-workflow-cache');
    const settings = [
        `--registry=http://127.0.0.1:${port}${request.registryPath}`,
        '--replace-registry-host=always',
        `--cache=${cache}`,
        // Two different files: npm refuses to load one twice. Neither exists.
        '--userconfig=/nonexistent/user',
        '--globalconfig=/nonexistent/global',
        '--ignore-scripts',
        '--allow-git=none',
        '--no-audit',
        '--no-fund',
        '--no-update-notifier',
        '--no-progress',
        '--fetch-retries=2',
    ];
    const npm = spawn(process.execPath, [request.npm, ...settings, ...request.npmArguments], {
        cwd: request.root,
        stdio: ['ignore', 2, 2],
    });
    return new Promise((resolve) => {
        npm.once('exit', (code) => {
            rmSync(cache, { recursive: true, force: true });
            resolve(code ?? 1);
        });
    });
}
/** @param {string} folder @returns {number} bytes of all files below */
function sizeOf(folder) {
    let size = 0;
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory())
            size += sizeOf(path);
        else if (entry.isFile())
            size += lstatSync(path).size;
    }
    return size;
}
/** @param {string} path @returns {string | null} what a `#!` line says */
function shebang(path) {
    try {
        const bytes = Buffer.alloc(256);
        const file = openSync(path, 'r');
        const length = readSync(file, bytes, 0, bytes.length, 0);
        closeSync(file);
        const [first = ''] = bytes.toString('utf8', 0, length).split('\n');
        return first.startsWith('#!') ? first.slice(2).trim() : '';
    }
    catch {
        return null;
    }
}
/** @param {Record<string, unknown>} manifest @returns {Record<string, string>} command name to file */
function commandsOf(manifest) {
    const { bin, name } = manifest;
    if (typeof bin === 'string' && typeof name === 'string')
        return { [name.split('/').at(-1) ?? name]: bin };
    if (typeof bin !== 'object' || bin === null)
        return {};
    return Object.fromEntries(Object.entries(bin).flatMap(([command, file]) => (typeof file === 'string' ? [[command, file]] : [])));
}
/** @returns {object} */
function report() {
    const folder = join(request.root, request.packageFolder);
    const manifest = record(readJson(join(folder, 'package.json')));
    const lock = record(readJson(join(request.root, 'node_modules', '.package-lock.json')));
    const packages = [...Object.entries(record(lock['packages'])).filter(([path]) => path !== ''), ['', manifest]];
    const declared = Object.entries(commandsOf(manifest));
    const commands = Object.fromEntries(declared.slice(0, 500));
    return {
        name: manifest['name'] ?? null,
        version: manifest['version'] ?? null,
        integrity: record(record(lock['packages'])[request.packageFolder])['integrity'] ?? null,
        commands,
        node: process.version.slice(1),
        wantsNode: record(manifest['engines'])['node'] ?? null,
        shebangs: Object.fromEntries(Object.entries(commands).map(([name, file]) => [name, shebang(join(folder, file))])),
        scripts: manifest['scripts'] ?? {},
        tooManyCommands: declared.length > 500,
        urlDependencies: packages.flatMap(([, entry]) => urlsIn(record(entry))),
        withInstallScripts: packages
            .filter(([, entry]) => record(entry)['hasInstallScript'] === true)
            .map(([path]) => path),
        size: sizeOf(request.root),
    };
}
let exitCode = 0;
if (request.socket !== null)
    exitCode = await install(await forward(request.socket));
process.stdout.write(`${JSON.stringify({ exitCode, ...(exitCode === 0 ? report() : {}) })}\n`);
