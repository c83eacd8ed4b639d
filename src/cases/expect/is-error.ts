import type { AssertionResult } from '../../result/model.ts';
import type { Answer } from '../answer.ts';
import { decide } from '../assertion.ts';
import { brief } from '../show.ts';

/** The result's `isError` is as expected (absent counts as false). A protocol error is no result and never fits. */
export function isError(expected: boolean, answer: Answer): AssertionResult {
  if (answer.kind === 'protocolError') {
    const got = `the protocol error ${answer.code} ${brief(answer.message, 200)}`;
    const hint = expected ? '; `protocolError` is the assertion for that' : '';
    const fail = `expected a result with isError: ${expected}, got ${got}${hint}`;
    return decide('isError', false, { expected, actual: `protocol error ${answer.code}`, pass: '', fail });
  }
  return decide('isError', answer.isError === expected, {
    expected,
    actual: answer.isError,
    pass: `isError is ${expected}`,
    fail: `expected isError: ${expected}, got isError: ${answer.isError} with the text ${brief(answer.text, 200)}`,
  });
}
