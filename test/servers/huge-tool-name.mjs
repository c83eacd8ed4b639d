// Lists tools that nobody can use, with names of 5 MB and of 900 KB in two lines, beside one that can be used.
import { echo, serve, tool } from './lib.mjs';

const lines = { name: `${'y'.repeat(450_000)}\n##[error]${'y'.repeat(450_000)}` };
serve({ ...echo, tools: [...echo.tools, tool('x'.repeat(5_000_000)), lines] });
