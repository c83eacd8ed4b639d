import type { Expectations } from '../../config/model.ts';
import type { Answer } from '../answer.ts';
import { decide, type Line } from '../assertion.ts';
import { brief } from '../show.ts';

type Expected = NonNullable<Expectations['logs']>;
type Message = Readonly<Record<string, unknown>>;

/**
 * Of the log messages that came before the answer, those of the level (of all, where none is given) are at least `min`
 * (one, where not given), and each of the texts is in one of them (MCP 2025-11-25, "Logging").
 */
export function logs(expected: Expected, { heard }: Answer): Line {
  const { level, contains = [] } = expected;
  const min = expected.min ?? 1;
  const counted = heard.logs.filter((message) => level === undefined || message['level'] === level);
  const named = level === undefined ? 'log messages' : `log messages of the level ${level}`;
  const missing = counted.length < min ? undefined : contains.find((text) => !counted.some((each) => has(each, text)));
  const passes = counted.length >= min && missing === undefined;
  return decide('logs', passes, {
    expected,
    actual: heard.logs.slice(0, 20),
    pass: `${counted.length} ${named} came`,
    fail:
      missing === undefined
        ? `${counted.length} ${named} came before the answer, expected at least ${min}${others(heard.logs, counted)}`
        : `none of the ${counted.length} ${named} contains ${brief(missing)}`,
  });
}

/** `data` may be any JSON; a text is searched as it is, anything else as JSON. */
function has({ data, logger }: Message, text: string): boolean {
  const said = typeof data === 'string' ? data : (JSON.stringify(data) ?? '');
  return said.includes(text) || (typeof logger === 'string' && logger.includes(text));
}

function others(all: readonly Message[], counted: readonly Message[]): string {
  if (all.length === counted.length) return '';
  const levels = [...new Set(all.map((message) => brief(message['level'], 20)))].slice(0, 8);
  return `; there were ${all.length} in all, of the levels ${levels.join(', ')}`;
}
