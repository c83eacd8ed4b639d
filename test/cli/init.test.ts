import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { casesText, configText } from '../../src/cli/first-files.ts';
import type { FoundServer } from '../../src/discovery/model.ts';
import { TerminalHost } from '../../src/host/terminal.ts';
import { initialize } from '../../src/workflow/initialize.ts';
import type { ServerChoice } from '../../src/workflow/live-server.ts';
import { hostileText } from '../text/hostile.ts';
import * as make from '../report/results.ts';
import { aFolder, aSession, command, serving } from './fakes.ts';

const aFoundServer: FoundServer = {
  name: '',
  folder: '.',
  language: 'javascript',
  start: { kind: 'node', bin: null, file: 'x.js', args: [] },
  command: ['node', 'x.js'],
  registryName: null,
  publishedAs: [],
  env: [],
  wants: [],
  transports: ['stdio'],
  remotes: [],
  needsBuild: false,
  declaredIn: [],
};
const readOnly = { readOnlyHint: true };
const schemaOf = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});
const tools = [
  make.aTool('get-weather', {
    annotations: readOnly,
    inputSchema: schemaOf({ city: { type: 'string', examples: ['Oslo'] } }),
  }),
  make.aTool('echo', { annotations: readOnly, inputSchema: schemaOf({ message: { type: 'string' } }) }),
  make.aTool('now', { annotations: readOnly }),
  make.aTool('refuses', { annotations: readOnly }),
  make.aTool('pattern', { annotations: readOnly, inputSchema: schemaOf({ id: { type: 'string', pattern: '^x$' } }) }),
  make.aTool('delete-all', { inputSchema: schemaOf({ sure: { type: 'boolean' } }) }),
];

/** Answers as the tools above would, and counts. */
function aServer(calls: string[] = []) {
  return aSession(tools, (name, args) => {
    calls.push(name);
    if (name === 'get-weather') return { content: [], structuredContent: { city: args['city'], celsius: 7 } };
    if (name === 'now')
      return { content: [{ type: 'text', text: JSON.stringify({ at: calls.length, [`k${calls.length}`]: 1 }) }] };
    if (name === 'refuses') return { content: [{ type: 'text', text: 'log in\nfirst' }], isError: true };
    return { content: [{ type: 'text', text: String(args['message']) }] };
  });
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort();
}

describe('init', () => {
  it('writes a configuration and first cases that are valid', async () => {
    await using folder = await aFolder();
    const calls: string[] = [];
    const engine = serving({ 'npm:@example/weather@1.0.0': aServer(calls) });
    const { exitCode, out, err } = await command(['init', 'npm:@example/weather@1.0.0'], {
      engine,
      directory: folder.path,
    });
    expect({ exitCode, err }).toEqual({
      exitCode: 0,
      err: 'wrote .github/mcp-workflow.yml\nwrote .github/mcp-workflow.schema.json\nwrote mcp-cases/weather.yml\n',
    });
    expect(out).toBe('1 server, 3 cases that hold, 3 suggestions as comments. Next: mcp-workflow run\n');
    // Only what reads, and each of these twice but the one that refused.
    expect(calls.filter((name) => name === 'echo')).toHaveLength(2);
    expect(calls).not.toContain('delete-all');
    expect(calls).not.toContain('pattern');
    await expect(await readFile(join(folder.path, '.github/mcp-workflow.yml'), 'utf8')).toMatchFileSnapshot(
      'golden/mcp-workflow.yml',
    );
    const cases = await readFile(join(folder.path, 'mcp-cases/weather.yml'), 'utf8');
    await expect(cases).toMatchFileSnapshot('golden/weather.yml');
    // Suggestions are cases, too, once the marks are taken away.
    const uncommented = cases.replace(/^ {2}# (?=- id| {2})/gm, '  ');
    expect(parse(uncommented)).toHaveProperty('cases.5.tool', 'delete-all');
    const checked = await command(['validate'], { engine, directory: folder.path });
    expect(checked.out).toContain('valid: 1 server, 3 cases');
  });

  it.each([
    '.github/mcp-workflow.yml',
    '.github/mcp-workflow.yaml',
    '.github/mcp-workflow.schema.json',
    'mcp-cases/weather.yml',
  ])('never overwrites %s, and writes nothing beside it', async (standing) => {
    await using folder = await aFolder({ [standing]: 'mine' });
    const engine = serving({ 'npm:weather': aServer() });
    const { exitCode, err } = await command(['init', 'npm:weather'], { engine, directory: folder.path });
    expect(exitCode).toBe(2);
    expect(err).toContain(
      `${standing} exists already, and \`init\` never overwrites.\nNothing was written. Move these`,
    );
    expect(await filesIn(folder.path)).toEqual([standing]);
    expect(await readFile(join(folder.path, standing), 'utf8')).toBe('mine');
  });

  it('writes a suggestion where no file can hold the name of the tool', async () => {
    await using folder = await aFolder();
    const odd = aSession(
      ['\u001b[31m', '{{x}}', 'y'.repeat(300)].map((name) => make.aTool(name, { annotations: readOnly })),
      () => ({ content: [{ type: 'text', text: 'x' }] }),
    );
    const { exitCode, err } = await command(['init', 'npm:odd'], {
      engine: serving({ 'npm:odd': odd }),
      directory: folder.path,
    });
    expect({ exitCode, err }).toMatchObject({ exitCode: 0, err: expect.not.stringContaining('not valid') });
    expect(await readFile(join(folder.path, 'mcp-cases/odd.yml'), 'utf8')).toContain('cases: []');
  });

  it('takes every server of a repository that holds several, by its name', async () => {
    await using folder = await aFolder();
    const choices: ServerChoice[] = [];
    const found = (name: string) => ({ ...aFoundServer, name });
    const discovery = { servers: [found('one'), found('two')], leftOut: [], findings: [] };
    const engine = {
      ...serving({ 'acme/tools': aServer() }, choices),
      lookInto: () =>
        Promise.resolve([{ source: 'acme/tools', ok: true as const, commit: null, notes: [], discovery }]),
    };
    const { exitCode } = await command(['init', 'acme/tools'], { engine, directory: folder.path });
    expect(exitCode).toBe(0);
    expect(choices).toMatchObject([
      { source: 'acme/tools', server: 'one' },
      { source: 'acme/tools', server: 'two' },
    ]);
  });

  it('leaves a server that does not start as a comment, and ends with its exit code', async () => {
    await using folder = await aFolder();
    const engine = serving({ 'npm:weather': aServer() });
    const { exitCode, err } = await command(['init', 'npm:gone', 'npm:weather'], { engine, directory: folder.path });
    expect(exitCode).toBe(1);
    expect(err).toContain('npm:gone: it crashed\nSegmentation fault');
    const config = await readFile(join(folder.path, '.github/mcp-workflow.yml'), 'utf8');
    expect(config).toContain(
      '  # It could not be started: npm:gone: it crashed\n  # server-1:\n  #   source: npm:gone\n',
    );
  });

  it('writes nothing where no server starts', async () => {
    await using folder = await aFolder();
    const { exitCode } = await command(['init', 'npm:gone'], { engine: serving({}), directory: folder.path });
    expect(exitCode).toBe(1);
    expect(await filesIn(folder.path)).toEqual([]);
  });

  it('writes nothing after an interruption', async () => {
    await using folder = await aFolder();
    const interrupt = new AbortController();
    const session = aSession([make.aTool('t', { annotations: readOnly })], () => {
      interrupt.abort('SIGINT');
      return { content: [] };
    });
    const parts = { engine: serving({ 'npm:a': session }), directory: folder.path, interrupt: interrupt.signal };
    const { exitCode, err } = await command(['init', 'npm:a', 'npm:b'], parts);
    expect({ exitCode, err }).toEqual({ exitCode: 3, err: 'Interrupted: nothing was written.\n' });
    expect(await filesIn(folder.path)).toEqual([]);
  });

  it('tells two servers of one name apart', async () => {
    await using folder = await aFolder();
    const engine = serving({ 'npm:weather': aServer(), 'npm:@acme/weather': aServer() });
    await command(['init', 'npm:weather', 'npm:@acme/weather'], { engine, directory: folder.path });
    expect(await filesIn(join(folder.path, 'mcp-cases'))).toEqual(['weather-2.yml', 'weather.yml']);
  });

  it('writes no secret that a server shows', async () => {
    await using folder = await aFolder();
    const leaky = aSession([make.aTool('leak', { description: 'hunter2hunter2', annotations: readOnly })], () => ({
      content: [{ type: 'text', text: 'hunter2hunter2' }],
      isError: true,
    }));
    const parts = { engine: serving({ 'npm:leaky': leaky }), directory: folder.path, env: { KEY: 'hunter2hunter2' } };
    expect((await command(['init', 'npm:leaky', '--secret', 'KEY'], parts)).exitCode).toBe(0);
    expect(await readFile(join(folder.path, 'mcp-cases/leaky.yml'), 'utf8')).not.toContain('hunter2');
  });

  it('makes valid files of whatever a server says', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, fc.boolean(), async (text, ready) => {
        const written = { id: 'a-answers', tool: text || 'x', args: { [text]: [text] }, expect: { isError: false } };
        const server = {
          name: 's',
          source: 'npm:s',
          cases: [{ kind: ready ? ('ready' as const) : ('suggestion' as const), written, note: text }],
        };
        await using folder = await aFolder({
          '.github/mcp-workflow.yml': configText(
            [server],
            [{ source: 'npm:t', why: text }],
            'mcp-workflow.schema.json',
          ),
          'mcp-cases/s.yml': casesText(server),
        });
        const raw = { config: '.github/mcp-workflow.yml' };
        const checked = await initialize(new TerminalHost(folder.path, { verbose: false }), raw, {});
        expect(checked.ok ? checked.config.servers.length : checked.problems).toBe(1);
      }),
      { numRuns: 150 },
    );
  });
});
