// Runs in a container of ours that sees the files of an image at a folder, and finds out what starting from that image
// needs to know: which ids its user has, whether there is Node, whether its programs are for this kind of processor, and
// which of its volumes hold something.
// Plain Node without dependencies. What lies there is hostile: links are resolved within the folder, sizes are bounded.
import { constants, closeSync, fstatSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';
/** @typedef {{ root: string, user: string, path: string, programs: string[], volumes: string[] }} Request */
/** @type {Request} */
const request = JSON.parse(process.argv[2] ?? '{}');
const maxLinks = 40;
const maxFile = 4 * 1024 * 1024;
/** @param {string} path absolute in the image @returns {string | null} where it really lies, absolute here */
function locate(path) {
    const left = path.split('/').filter(Boolean);
    /** @type {string[]} */
    let done = [];
    let links = 0;
    while (left.length > 0) {
        const name = left.shift() ?? '';
        if (name === '.')
            continue;
        if (name === '..') {
            done.pop();
            continue;
        }
        try {
            const here = join(request.root, ...done, name);
            if (lstatSync(here).isSymbolicLink()) {
                if (++links > maxLinks)
                    return null;
                const target = readlinkSync(here);
                if (target.startsWith('/'))
                    done = [];
                left.unshift(...target.split('/').filter(Boolean));
            }
            else
                done.push(name);
        }
        catch {
            return null;
        }
    }
    return join(request.root, ...done);
}
/** @param {string} path @returns {string[]} the fields' lines; none where it cannot be read */
function lines(path) {
    const real = locate(path);
    if (real === null)
        return [];
    try {
        const file = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
        try {
            if (!fstatSync(file).isFile())
                return [];
            const bytes = Buffer.alloc(maxFile);
            return bytes.toString('utf8', 0, readSync(file, bytes, 0, maxFile, 0)).split('\n');
        }
        finally {
            closeSync(file);
        }
    }
    catch {
        return [];
    }
}
/** @param {string} file @param {(fields: string[]) => boolean} which @returns {string[] | null} */
const entry = (file, which) => lines(file)
    .map((line) => line.split(':'))
    .find(which) ?? null;
const number = /^\d{1,10}$/u;
/** As podman reads USER (podman-run(1), --user). @returns {{ uid: number, gid: number, home: string | null } | null} null: there is no such user */
function userOf() {
    const [name = '', group] = request.user.split(':');
    if (name === '')
        return { uid: 0, gid: 0, home: null };
    const found = entry('/etc/passwd', (fields) => fields[0] === name || (number.test(name) && fields[2] === name));
    const uid = number.test(name) ? name : found?.[2];
    if (uid === undefined || !number.test(uid))
        return null;
    const gid = group === undefined || group === '' ? (found?.[3] ?? '0') : groupOf(group);
    return gid !== null && number.test(gid) ? { uid: Number(uid), gid: Number(gid), home: found?.[5] ?? null } : null;
}
/** @param {string} group @returns {string | null} */
function groupOf(group) {
    return number.test(group) ? group : (entry('/etc/group', (fields) => fields[0] === group)?.[2] ?? null);
}
/** @param {string} name @returns {string | null} where a program really lies, absolute here */
function programAt(name) {
    const paths = name.includes('/') ? [name] : request.path.split(':').map((folder) => `${folder}/${name}`);
    for (const path of paths) {
        const real = path.startsWith('/') ? locate(path) : null;
        if (real === null)
            continue;
        const found = lstatSync(real);
        if (found.isFile() && (found.mode & 0o111) !== 0)
            return real;
    }
    return null;
}
/** @param {string} path @returns {string | null} class, byte order and machine of an ELF file (elf(5)), null for others */
function machineOf(path) {
    try {
        const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
        try {
            const bytes = Buffer.alloc(20);
            readSync(file, bytes, 0, bytes.length, 0);
            const isElf = bytes.toString('latin1', 0, 4) === '\x7fELF';
            return isElf ? Buffer.concat([bytes.subarray(4, 6), bytes.subarray(18, 20)]).toString('hex') : null;
        }
        finally {
            closeSync(file);
        }
    }
    catch {
        return null;
    }
}
/** Whatever the image says that it is for. @returns {string | null} the first program of another machine */
function foreignProgram() {
    const own = machineOf(process.execPath);
    for (const name of request.programs) {
        const path = programAt(name);
        const machine = path === null ? null : machineOf(path);
        if (machine !== null && machine !== own)
            return name;
    }
    return null;
}
/** @param {string} path @returns {string | null} where its content lies, absolute in the image; null: it has none */
function contentOf(path) {
    const real = locate(path);
    if (real === null)
        return null;
    const inImage = real.slice(request.root.length);
    try {
        return readdirSync(real).length > 0 ? inImage : null;
    }
    catch (error) {
        // Closed to us is not empty: whoever fills the volume has the rights of its user.
        return error instanceof Error && 'code' in error && error.code === 'EACCES' ? inImage : null;
    }
}
const contents = Object.fromEntries(request.volumes.map((path) => [path, contentOf(path)]));
const seen = { user: userOf(), node: programAt('node') !== null, foreign: foreignProgram(), contents };
process.stdout.write(`${JSON.stringify(seen)}\n`);
