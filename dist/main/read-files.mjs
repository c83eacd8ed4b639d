// Runs in a container of ours as the user of a server, sees its work folder read-only, and prints what is at the paths
// that it is given on stdin. No link is followed. Plain Node without dependencies.
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { join, normalize } from 'node:path';
import { buffer } from 'node:stream/consumers';
/** @typedef {{ root: string, paths: string[], maxText: number, maxTexts: number }} Request */
/** @type {Request} */
const request = JSON.parse((await buffer(process.stdin)).toString('utf8'));
let texts = 0;
const absent = { kind: 'absent', size: 0, sha256: null, text: null };
/** @param {string} path @returns {object} */
function stateOf(path) {
    const parts = normalize(`/${path}`).split('/').filter(Boolean);
    let here = request.root;
    for (const [index, part] of parts.entries()) {
        here = join(here, part);
        const found = lstatSync(here, { throwIfNoEntry: false });
        if (found === undefined)
            return absent;
        if (found.isSymbolicLink())
            return { ...absent, kind: 'link' };
        if (index < parts.length - 1 && !found.isDirectory())
            return absent;
        if (index === parts.length - 1 && found.isFile())
            return readFile(here);
        if (index === parts.length - 1 && !found.isDirectory())
            return { ...absent, kind: 'other' };
    }
    return { ...absent, kind: 'folder' };
}
/** @param {string} path */
function readFile(path) {
    // It may have become something else meanwhile: a pipe would be waited for.
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
        const found = fstatSync(file);
        if (!found.isFile())
            return { ...absent, kind: 'other' };
        const hash = createHash('sha256');
        /** @type {Buffer[]} */
        const kept = [];
        let size = 0;
        for (;;) {
            const chunk = Buffer.alloc(1024 * 1024);
            const length = readSync(file, chunk, 0, chunk.length, null);
            if (length === 0)
                break;
            hash.update(chunk.subarray(0, length));
            size += length;
            if (size <= request.maxText)
                kept.push(chunk.subarray(0, length));
        }
        return { kind: 'file', size, sha256: hash.digest('hex'), text: textOf(kept, size) };
    }
    finally {
        closeSync(file);
    }
}
/** @param {Buffer[]} kept @param {number} size @returns {string | null} in base64, which no content can blow up */
function textOf(kept, size) {
    if (size > request.maxText)
        return null;
    const bytes = Buffer.concat(kept);
    if (!isUtf8(bytes))
        return null;
    texts += size;
    return bytes.toString('base64');
}
/** @type {object[]} */
const states = [];
/** @type {string | null} */
let failed = null;
for (const path of request.paths) {
    try {
        states.push(stateOf(path));
    }
    catch (error) {
        // One that the server closed to its own user.
        failed = `${path} cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : String(error)})`;
    }
    if (texts > request.maxTexts)
        failed = `the files hold more than ${request.maxTexts / 1024 ** 2} MiB in all`;
    if (failed !== null)
        break;
}
process.stdout.write(JSON.stringify(failed === null ? { states } : { failed }));
