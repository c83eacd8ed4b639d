// Looks at a lock file before it is used: what is not from the registry is named, and the addresses of tarballs are
// changed to the gateway's, since pnpm and Yarn fetch from whatever address is recorded. Integrities stay as they are.

/** Of dependencies that are not packages of a registry. */
const foreign = /^(git|git\+\w+|ssh|https?|github|gitlab|bitbucket|gist|exec):|^git@|^[\w.-]+\/[\w.-]+(#|$)/u;

/**
 * @param {string} manager @param {string} text of its lock file @param {string} base of the gateway, without a path
 * @returns {{ text: string, foreign: string[] }} `foreign`: at most ten, as the lock file names them
 */
export function prepareLock(manager, text, base) {
  if (manager === 'pnpm') return preparePnpm(text, base);
  if (manager === 'yarn') return prepareYarn(text, base);
  return manager === 'berry' ? prepareBerry(text, base) : { text, foreign: [] };
}

/** @param {string} text @param {string} base */
function preparePnpm(text, base) {
  const lines = text.split('\n').filter((line) => !line.startsWith('pnpmfileChecksum:'));
  const found = lines.flatMap((line) => {
    // `name@https://…:`, `/name@https://…:` or, in older ones, `github.com/owner/name/0123…:`
    const key = /^ {2}'?\/?((?:@[^@/]+\/)?[^@/']+)@((?:git\+|https?:|ssh:|git@)[^']*?)(?:\([^']*\))?'?:\s*$/u.exec(
      line,
    );
    if (key !== null) return [`${key[1]}: ${key[2]}`];
    const old = /^ {2}'?((?:@[^@/]+\/)?[^@/'\s]+\.(?:com|org)\/[^\s']+\/[0-9a-f]{40})[^']*'?:\s*$/u.exec(line);
    if (old !== null) return [old[1] ?? ''];
    return /^\s+(resolution: \{.*)?type: git\b/u.test(line) || /gitHosted: true/u.test(line)
      ? ['a repository of git']
      : [];
  });
  const changed = lines.map((line) => line.replace(/(\btarball: )(['"]?)https?:\/\/[^/\s'"},]+/u, `$1$2${base}`));
  return { text: changed.join('\n'), foreign: unique(found) };
}

/** @param {string} text @param {string} base */
function prepareYarn(text, base) {
  const lines = text.split('\n');
  const found = lines.flatMap((line) =>
    /^\S.*:$/u.test(line) && !line.startsWith('#') ? foreignKeys(line.slice(0, -1)) : [],
  );
  const git = lines.flatMap((line) => {
    const resolved = /^ {2}resolved "((?:git|ssh)\S*|https?:\/\/[^"]+)"$/u.exec(line)?.[1];
    return resolved !== undefined && /^(git|ssh)|\.git(#|$)|^https?:\/\/codeload\./u.test(resolved) ? [resolved] : [];
  });
  const changed = lines.map((line) => line.replace(/^( {2}resolved ")https?:\/\/[^/"]+/u, `$1${base}`));
  return { text: changed.join('\n'), foreign: unique([...found, ...git]) };
}

/** @param {string} text @param {string} base */
function prepareBerry(text, base) {
  const lines = text.split('\n');
  const found = lines.flatMap((line) => {
    if (/^\S.*:$/u.test(line) && !line.startsWith('#')) return foreignKeys(line.slice(0, -1));
    const resolution = /^ {2}resolution: "(.*)"$/u.exec(line)?.[1];
    return resolution === undefined ? [] : foreignKeys(resolution);
  });
  const archive = /(__archiveUrl=)https?%3A%2F%2F(?:(?!%2F)[^"&])+/giu;
  const changed = lines.map((line) => line.replace(archive, `$1${encodeURIComponent(base)}`));
  return { text: changed.join('\n'), foreign: unique(found) };
}

/**
 * Yarn 1 takes what its lock file lacks from the registry, if it is a package of a workspace that wants it.
 * @param {string} text of the lock file @param {string[]} wanted `name@range` @returns {string[]} those that it lacks
 */
export function missingFromYarn(text, wanted) {
  const lines = text.split('\n').filter((line) => /^\S.*:$/u.test(line));
  const locked = new Set(lines.flatMap((line) => line.slice(0, -1).replaceAll('"', '').split(', ')));
  return wanted.filter((each) => !locked.has(each)).slice(0, 10);
}

/** @param {string} line `a@^1, "b@https://…"` @returns {string[]} */
function foreignKeys(line) {
  return line
    .replaceAll('"', '')
    .split(', ')
    .flatMap((pattern) => {
      const at = pattern.indexOf('@', 1);
      const spec = pattern.slice(at + 1).replace(/^patch:/u, '');
      return at > 0 && foreign.test(spec) ? [`${pattern.slice(0, at)}: ${spec}`] : [];
    });
}

/** @param {string[]} found */
function unique(found) {
  return [...new Set(found)].slice(0, 10).map((each) => each.slice(0, 200));
}
