/**
 * The one door to how foreign text (what a server, a package, a repository or a pull request supplies) enters a log,
 * Markdown, XML, JSON, a file name or a terminal. All functions are pure, take any string, never throw, and are linear.
 */
export { logText, oneLine, terminalText, type LogTextOptions } from './log.ts';
export { markdownCode, markdownFence, markdownText } from './markdown.ts';
export { printableJson, printablePieces } from './json.ts';
export { xmlBlock, xmlLine, xmlWithoutCommands } from './xml.ts';
export { cutBytes, cutUnits, lastLines, splitsPair } from './cut.ts';
export { fileName } from './file-name.ts';
export { redactDeep, redactor, type Redact } from './redact.ts';
