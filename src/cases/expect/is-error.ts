import type { Answer } from '../answer.ts';
import { decide, type Line } from '../assertion.ts';
import { brief } from '../show.ts';

/**
 * A tool's result has `isError` as expected (absent counts as false). A protocol error is no result and never fits.
 * Other results cannot have an `isError`: for them a protocol error is the failure.
 */
export function isError(expected: boolean, answer: Answer): Line {
  if (answer.kind === 'protocolError') {
    const got = `the protocol error ${answer.code} ${brief(answer.message, 200)}`;
    const hint = expected ? '; `protocolError` is the assertion for that' : '';
    const fail = `expected a result with isError: ${expected}, got ${got}${hint}`;
    return decide('isError', false, { expected, actual: `protocol error ${answer.code}`, pass: '', fail });
  }
  if (answer.request.kind !== 'tool') {
    const fail =
      'only the result of a tool can have isError: true; here `protocolError` is the assertion for a refusal';
    return decide('isError', !expected, { expected, actual: false, pass: 'the answer is a result', fail });
  }
  return decide('isError', answer.isError === expected, {
    expected,
    actual: answer.isError,
    pass: `isError is ${expected}`,
    fail: `expected isError: ${expected}, got isError: ${answer.isError} with the text ${brief(answer.text, 200)}`,
  });
}
