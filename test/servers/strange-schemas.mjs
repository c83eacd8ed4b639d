// Schemas that are hard on whoever reads them: deep, recursive, circular without a value between, endless in branches.
// With the argument `too-deep` its list is nested deeper than any message may be, with `unlimited` as deep as 8 MB of it.
import { answer, serve, text, tool } from './lib.mjs';

const nest = (depth, inner, wrap) => {
  let value = inner;
  for (let level = 0; level < depth; level++) value = wrap(value);
  return value;
};
const child = (value) => ({ child: value });
const properties = (schema) => ({ type: 'object', properties: { child: schema } });
const reference = (name) => ({ $ref: `#/$defs/${name}` });

const outputs = {
  deep: nest(60, { type: 'object' }, properties),
  recursive: { type: 'object', $ref: '#/$defs/node', $defs: { node: properties(reference('node')) } },
  circle: { type: 'object', $ref: '#/$defs/a', $defs: { a: reference('b'), b: reference('a') } },
  // Each level tries the next one in two ways: 2^40 ways in all for a value that fits none.
  branches: {
    type: 'object',
    $ref: '#/$defs/l0',
    $defs: Object.fromEntries([
      ...Array.from({ length: 40 }, (_, level) => [
        `l${level}`,
        { anyOf: [reference(`l${level + 1}`), reference(`l${level + 1}`)] },
      ]),
      ['l40', { required: ['never'] }],
    ]),
  },
};
const results = { deep: nest(60, {}, child), recursive: nest(200, {}, child), circle: {}, branches: {} };

const brackets = (depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const listed = (id, inner) =>
  void process.stdout.write(
    `{"jsonrpc":"2.0","id":${id},"result":{"tools":[{"name":"deep","inputSchema":{"type":"object","x":${inner}}}]}}\n`,
  );

const [mode] = process.argv.slice(2);
serve({
  tools: Object.entries(outputs).map(([name, outputSchema]) => tool(name, {}, { outputSchema })),
  methods: {
    'tools/call': ({ name }, { id }) => answer(id, text('done', { structuredContent: results[name] })),
    ...(mode === 'too-deep' ? { 'tools/list': (_, { id }) => listed(id, brackets(5000)) } : {}),
    ...(mode === 'unlimited' ? { 'tools/list': (_, { id }) => listed(id, brackets(4_000_000)) } : {}),
  },
});
