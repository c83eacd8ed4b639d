import type { Expectations } from '../../config/model.ts';
import type { Answer } from '../answer.ts';
import { decide, type Line } from '../assertion.ts';
import { brief } from '../show.ts';

type Expected = NonNullable<Expectations['protocolError']>;

/** A JSON-RPC error came instead of a result, with the code and with the text in its message, where given. */
export function protocolError(expected: Expected, answer: Answer): Line {
  const wanted = describe(expected);
  if (answer.kind === 'result') {
    const got = `a result with isError: ${answer.isError} and the text ${brief(answer.text)}`;
    return decide('protocolError', false, { expected, actual: null, pass: '', fail: `expected ${wanted}, got ${got}` });
  }
  const codeFits = expected.code === undefined || expected.code === answer.code;
  const messageFits = expected.message === undefined || answer.message.includes(expected.message);
  const got = `the protocol error ${answer.code} ${brief(answer.message, 160)}`;
  return decide('protocolError', codeFits && messageFits, {
    expected,
    actual: { code: answer.code, message: answer.message },
    pass: `got ${got}`,
    fail: `expected ${wanted}, got ${got}`,
  });
}

function describe({ code, message }: Expected): string {
  const named = code === undefined ? 'a protocol error' : `the protocol error ${code}`;
  return message === undefined ? named : `${named} with ${brief(message)} in its message`;
}
