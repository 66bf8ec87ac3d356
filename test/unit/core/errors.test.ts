import assert from 'node:assert/strict';
import { refusingBackend } from '../../../src/core/backend.js';
import { asChatError, ChatError } from '../../../src/core/errors.js';

describe('errors', () => {
  it('that are ours stay what they are', () => {
    const error = new ChatError('busy', 'Wait.', { retryAfterSeconds: 3 });
    assert.equal(asChatError(error), error);
    assert.equal(error.retryAfterSeconds, 3);
    assert.equal(error.cause, undefined);
  });

  it('that are not ours are defects, with their cause', () => {
    const cause = new TypeError('x is not a function');
    const error = asChatError(cause);
    assert.equal(error.kind, 'internal');
    assert.equal(error.cause, cause);
    assert.match(error.message, /x is not a function/);
    assert.match(asChatError('words').message, /words/);
    assert.equal(asChatError(undefined).kind, 'internal');
  });
});

describe('an error of a part with a class of its own', () => {
  it('keeps its kind and its words', () => {
    const copy = Object.assign(new Error('Try again later.'), { name: 'ChatError', kind: 'rateLimited' });
    assert.equal(asChatError(copy), copy);
  });
});

describe('a refusing backend', () => {
  it('refuses everything with its error', async () => {
    const error = new ChatError('untrusted', 'The folder is not trusted.');
    const backend = refusingBackend(error);
    await assert.rejects(backend.models(), error);
    const request = { lane: 'chat', model: 'x', system: '', messages: [], tools: [], stop: [] } as const;
    const events = backend.chat(request, new AbortController().signal);
    await assert.rejects(events[Symbol.asyncIterator]().next(), error);
  });
});
