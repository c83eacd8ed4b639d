// Runs inside the fetch container, which has no network: prepares a copied repository, lets its package manager install
// through the registry gateway, and prints one JSON line about what lies there then. The manager's own output goes to
// stderr. Plain Node without dependencies; nothing of the repository or of the installed packages is started here.
import { spawn } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { forward } from './forward.mjs';
import { readJson, record, urlsIn } from './json.mjs';
import { missingFromYarn, prepareLock } from './lock-file.mjs';
/**
 * @typedef {{ tree: string, root: string, socket: string, registryPath: string, manager: string, program: string,
 *   preload: string, arguments: string[], env: Record<string, string>, lock: string | null,
 *   wanted: string[], files: Record<string, string> }} Install `root` is relative to `tree`, `lock` to that; `wanted`:
 *   what the lock file must have, as `name@range`
 * @typedef {{ tree: string, wanted: string[], install: Install | null }} Request `wanted`: files, relative to `tree`
 */
/** @type {Request} */
const request = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
/** @param {Install} install @returns {Promise<{ exitCode: number, foreign: string[] }>} */
async function run(install) {
    const root = join(install.tree, install.root);
    const cache = join(install.tree, '.mcp-workflow-cache');
    const base = `http://127.0.0.1:${await forward(install.socket)}`;
    for (const [name, text] of Object.entries(install.files))
        replace(join(root, name), text);
    if (install.lock !== null) {
        const path = join(root, install.lock);
        const text = readFileSync(path, 'utf8');
        const lock = prepareLock(install.manager, text, base);
        if (lock.foreign.length > 0)
            return { exitCode: 1, foreign: lock.foreign };
        const missing = missingFromYarn(text, install.wanted);
        if (missing.length > 0) {
            process.stderr.write(`The lockfile needs to be updated: it lacks ${missing.join(', ')}\n`);
            return { exitCode: 1, foreign: [] };
        }
        replace(path, lock.text);
    }
    // Yarn 2 takes a folder with a lock file for a project of its own, whatever lies above.
    if (install.manager === 'berry' && install.lock === null)
        replace(join(root, 'yarn.lock'), '');
    const registry = `${base}${install.registryPath}`.replace(/\/$/u, install.manager === 'berry' ? '' : '/');
    const fill = (/** @type {string} */ text) => text.replaceAll('{registry}', registry).replaceAll('{cache}', cache);
    const env = Object.entries(install.env).map(([name, value]) => [name, fill(value)]);
    const manager = spawn(process.execPath, [install.program, ...install.arguments.map(fill)], {
        cwd: root,
        stdio: ['ignore', 2, 2],
        env: { ...process.env, NODE_OPTIONS: `--require=${install.preload}`, ...Object.fromEntries(env) },
    });
    return new Promise((resolve) => {
        manager.once('exit', (code) => {
            rmSync(cache, { recursive: true, force: true });
            resolve({ exitCode: code ?? 1, foreign: install.manager === 'npm' ? urlsOf(root) : [] });
        });
    });
}
/** What npm took from the registry although an address was wanted: not what the repository's users get. @param {string} root */
function urlsOf(root) {
    const lock = record(readJson(join(root, 'node_modules', '.package-lock.json')));
    const packages = [...Object.values(record(lock['packages'])), readJson(join(root, 'package.json'))];
    return packages.flatMap((each) => urlsIn(record(each))).slice(0, 10);
}
/** A link of the repository's is not written through. @param {string} path @param {string} text */
function replace(path, text) {
    rmSync(path, { force: true, recursive: true });
    writeFileSync(path, text);
}
/** @typedef {{ folder: string, name: string, scripts: string[] }} WithScripts */
/** Files once, however many names they have. @param {string} tree */
function look(tree) {
    let size = 0;
    /** @type {WithScripts[]} */
    const withScripts = [];
    const seen = new Set();
    const visit = (/** @type {string} */ folder, /** @type {boolean} */ isPackage) => {
        for (const entry of readdirSync(folder, { withFileTypes: true })) {
            const path = join(folder, entry.name);
            if (entry.isDirectory())
                visit(path, folder.endsWith('/node_modules') || /\/node_modules\/@[^/]+$/u.test(folder));
            else if (entry.isFile()) {
                const { ino, nlink, size: bytes } = lstatSync(path);
                if (nlink === 1 || !seen.has(ino))
                    size += bytes;
                if (nlink > 1)
                    seen.add(ino);
                if (isPackage && entry.name === 'package.json')
                    withScripts.push(...scriptsOf(tree, folder));
            }
        }
    };
    visit(tree, false);
    return { size, withScripts: withScripts.slice(0, 5000) };
}
/** @param {string} tree @param {string} folder @returns {WithScripts[]} */
function scriptsOf(tree, folder) {
    try {
        const { name, scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
        const own = ['preinstall', 'install', 'postinstall'].filter((each) => typeof scripts?.[each] === 'string');
        return own.length === 0 ? [] : [{ folder: relative(tree, folder), name: String(name).slice(0, 200), scripts: own }];
    }
    catch {
        return [];
    }
}
/** Inside the tree, and no folder. @param {string} tree @param {string} file */
function isThere(tree, file) {
    const path = join(tree, file);
    return (existsSync(path) &&
        realpathSync(path).startsWith(`${realpathSync(tree)}/`) &&
        lstatSync(realpathSync(path)).isFile());
}
const { exitCode, foreign } = request.install === null ? { exitCode: 0, foreign: [] } : await run(request.install);
const found = exitCode === 0 ? { ...look(request.tree), there: request.wanted.filter((file) => isThere(request.tree, file)) } : {};
process.stdout.write(`${JSON.stringify({ exitCode, foreign, ...found })}\n`);
