// Puts what a CI log would take for commands everywhere: stdout, stderr, names, descriptions, results and errors.
import { serve, text, tool } from './lib.mjs';

const commands = [
  '::error::from the server',
  '##[error]from the server',
  'in the middle ##[set-output name=x]y',
  '\u00a0::warning file=a.js,line=1::indented',
  '::save-state name=ours::theirs',
  '::add-mask::e',
  '::stop-commands::token',
  'first\r::error::after a carriage return',
  '\u001b[31mred\u001b[0m \u001b]8;;https://example.com\u0007link\u001b]8;;\u0007 \u001b]52;c;ZXZpbA==\u0007',
];

for (const command of commands) {
  process.stdout.write(`${command}\n`);
  process.stderr.write(`${command}\r${command}\n`);
}

serve({
  initialize: { serverInfo: { name: '::error::name', version: '##[error]1' }, instructions: commands.join('\n') },
  tools: [
    tool('say', {}, { title: '::error::title', description: commands.join('\n') }),
    tool('fail'),
    tool('::error::tool name\n##[error]second line'),
  ],
  calls: {
    say: () => text(commands.join('\n'), { structuredContent: { commands } }),
    fail: () => text(`::error::failed\n${commands.join('\n')}`, { isError: true }),
  },
});
