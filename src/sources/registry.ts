import { resolveInside } from './inside.ts';
import type { ParsedSource } from './parse.ts';
import { show } from './text.ts';

/** Names of the official MCP registry: a namespace by reversed domain, a slash, a name (server.json, `name`). */
const serverName = /^[a-zA-Z0-9.-]{1,200}\/[a-zA-Z0-9._-]{1,200}$/;
const exactVersion = /^[A-Za-z0-9][A-Za-z0-9.+_-]{0,254}$/;

/** Reads `registry:NAME[@VERSION]`, or `registry:PATH` with the path of a `server.json` in the workspace. */
export function parseRegistryName(given: string, workspace: string): ParsedSource {
  const text = given.slice('registry:'.length);
  if (text.endsWith('.json')) {
    const resolved = resolveInside(text, workspace, 'file');
    return 'problem' in resolved ? { invalid: resolved.problem } : { kind: 'registry', given, file: resolved.path };
  }
  const [name = '', version, ...more] = text.split('@');
  const form =
    'write `registry:NAMESPACE/NAME` such as `registry:io.github.acme/server`, or the path of a `server.json`';
  if (!serverName.test(name) || more.length > 0)
    return { invalid: `${show(text)} is not a name of the MCP registry; ${form}` };
  if (version !== undefined && !exactVersion.test(version)) {
    return { invalid: `${show(version)} after \`registry:${name}@\` is not a version; ${form}` };
  }
  return { kind: 'registry', given, name, version: version ?? 'latest' };
}
