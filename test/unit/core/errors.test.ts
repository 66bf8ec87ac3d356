import assert from 'node:assert/strict';
import { refusingBackend } from '../../../src/core/backend.js';
import { asChatError, ChatError } from '../../../src/core/errors.js';

describe('asChatError', () => {
  it('returns a ChatError unchanged', () => {
    const error = new ChatError('busy', 'Wait.', { retryAfterSeconds: 3 });
    assert.equal(asChatError(error), error);
    assert.equal(error.retryAfterSeconds, 3);
    assert.equal(error.cause, undefined);
  });

  it('converts any other value to an internal error with its cause', () => {
    const cause = new TypeError('x is not a function');
    const error = asChatError(cause);
    assert.equal(error.kind, 'internal');
    assert.equal(error.cause, cause);
    assert.match(error.message, /x is not a function/);
    assert.match(asChatError('reason').message, /reason/);
    assert.equal(asChatError(undefined).kind, 'internal');
  });

  it('recognizes the ChatError of another bundle', () => {
    const copy = Object.assign(new Error('Try again later.'), { name: 'ChatError', kind: 'rateLimited' });
    assert.equal(asChatError(copy), copy);
  });
});

describe('refusingBackend', () => {
  it('refuses every request with its error', async () => {
    const error = new ChatError('untrusted', 'The folder is not trusted.');
    const backend = refusingBackend(error);
    await assert.rejects(backend.models(), error);
    const request = { lane: 'chat', model: 'x', system: '', messages: [], tools: [], stop: [] } as const;
    const events = backend.chat(request, new AbortController().signal);
    await assert.rejects(events[Symbol.asyncIterator]().next(), error);
  });
});
