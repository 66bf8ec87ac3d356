import assert from 'node:assert/strict';
import { ChatError } from '../../../src/core/errors.js';

/** The message of the `badRequest` error that the action throws; `undefined` when it throws nothing. */
export function badRequestMessage(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof ChatError && error.kind === 'badRequest', String(error));
    return error.message;
  }
  return undefined;
}
