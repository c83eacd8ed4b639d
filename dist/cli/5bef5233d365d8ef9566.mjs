// Runs in a container of ours as the user of an image, sees the image's files at a folder, and copies what the image
// has at the places of its volumes into them. Plain Node without dependencies. What lies there is hostile: links are
// copied as links, devices and what may not be read are left out, and the whole is bounded.
import { chmodSync, constants, copyFileSync, lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync, } from 'node:fs';
import { join } from 'node:path';
/** @typedef {{ volumes: { from: string, to: string }[], maxFiles: number, maxBytes: number }} Request */
/** @type {Request} */
const request = JSON.parse(process.argv[2] ?? '{}');
let files = 0;
let bytes = 0;
let leftOut = 0;
class TooLarge extends Error {
}
/** @param {string} from @param {string} to */
function copyFolder(from, to) {
    for (const name of readdirSync(from)) {
        try {
            copy(join(from, name), join(to, name));
        }
        catch (error) {
            if (error instanceof TooLarge)
                throw error;
            leftOut++;
        }
    }
}
/** @param {string} from @param {string} to */
function copy(from, to) {
    const found = lstatSync(from);
    files++;
    bytes += found.isFile() ? found.size : 0;
    if (files > request.maxFiles || bytes > request.maxBytes)
        throw new TooLarge();
    if (found.isSymbolicLink())
        symlinkSync(readlinkSync(from), to);
    else if (found.isDirectory()) {
        mkdirSync(to);
        copyFolder(from, to);
        // Ours to write in any case: its owner changed.
        chmodSync(to, (found.mode & 0o777) | 0o700);
    }
    else if (found.isFile()) {
        copyFileSync(from, to, constants.COPYFILE_EXCL);
        chmodSync(to, (found.mode & 0o777) | 0o600);
    }
    else
        leftOut++;
}
let tooLarge = false;
for (const { from, to } of request.volumes) {
    try {
        copyFolder(from, to);
    }
    catch (error) {
        if (error instanceof TooLarge)
            tooLarge = true;
        else
            leftOut++;
    }
}
process.stdout.write(`${JSON.stringify({ files, bytes, leftOut, tooLarge })}\n`);
