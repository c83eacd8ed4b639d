// What our programs in fetch containers share for reading JSON that is not to be trusted.
import { readFileSync } from 'node:fs';
/** @param {string} path @returns {unknown} null where it is not there or no JSON */
export function readJson(path) {
    try {
        return JSON.parse(readFileSync(path, 'utf8'));
    }
    catch {
        return null;
    }
}
/** @param {unknown} value @returns {Record<string, unknown>} empty where it is no object */
export function record(value) {
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
/** What a package of the tree wants from an address, which npm would fetch from the registry instead. @param {Record<string, unknown>} entry */
export function urlsIn(entry) {
    const wanted = { ...record(entry['dependencies']), ...record(entry['optionalDependencies']) };
    return Object.entries(wanted).flatMap(([name, spec]) => /^https?:/iu.test(String(spec)) ? [`${name}: ${String(spec).slice(0, 200)}`] : []);
}
