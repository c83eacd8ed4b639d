// Loaded before a package manager while it fetches: it unpacks files, and nothing of what it finds in them is started,
// be it `git` for a dependency, a generator (`exec:` of Yarn's) or a script that some setting still names.
'use strict';
const childProcess = require('node:child_process');
const { syncBuiltinESMExports } = require('node:module');
/** @param {unknown} program */
function refuse(program) {
    throw new Error(`EPROGRAM no program is started while packages are fetched: ${String(program).slice(0, 100)}`);
}
const names = ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'];
Object.assign(childProcess, Object.fromEntries(names.map((name) => [name, refuse])));
// What all of those that do not wait come down to.
Object.assign(childProcess.ChildProcess.prototype, { spawn: refuse });
syncBuiltinESMExports();
