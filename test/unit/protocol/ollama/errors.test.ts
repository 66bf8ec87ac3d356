import assert from 'node:assert/strict';
import { ChatError, type ErrorKind } from '../../../../src/core/errors.js';
import { OllamaStatusError, ollamaDialect } from '../../../../src/protocol/ollama/errors.js';

describe('ollamaDialect.error', () => {
  const STATUS: readonly (readonly [ErrorKind, number])[] = [
    ['badRequest', 400],
    ['unknownModel', 404],
    ['contextTooLong', 400],
    ['tooLarge', 413],
    ['untrusted', 403],
    ['cliMissing', 503],
    ['cliTooOld', 503],
    ['notSignedIn', 503],
    ['keyRejected', 503],
    ['paymentRequired', 402],
    ['cliFailed', 502],
    ['rateLimited', 429],
    ['overloaded', 503],
    ['unreachable', 502],
    ['timeout', 504],
    ['cancelled', 503],
    ['cancelledByUser', 403],
    ['internal', 500],
  ];
  for (const [kind, status] of STATUS) {
    it(`answers the kind ${kind} with ${status} and the message`, () => {
      assert.deepEqual(ollamaDialect.error(new ChatError(kind, 'A "message".'), 'req_1'), {
        status,
        body: String.raw`{"error":"A \"message\"."}`,
      });
    });
  }

  it('answers the kind busy with Ollama’s message', () => {
    assert.deepEqual(ollamaDialect.error(new ChatError('busy', 'full'), 'req_1'), {
      status: 503,
      body: '{"error":"server busy, please try again.  maximum pending requests exceeded"}',
      retryAfterSeconds: 1,
    });
  });

  it('rounds the time until a retry up to whole seconds', () => {
    const error = new ChatError('rateLimited', 'Wait.', { retryAfterSeconds: 0.2 });
    assert.equal(ollamaDialect.error(error, 'req_1').retryAfterSeconds, 1);
  });

  it('never sends an empty message, which Ollama’s own client takes for success', () => {
    assert.equal(
      ollamaDialect.error(new ChatError('internal', ''), 'req_1').body,
      '{"error":"unknown error"}',
    );
  });

  it('uses the status of an OllamaStatusError', () => {
    assert.equal(ollamaDialect.error(new OllamaStatusError(500, 'x'), 'req_1').status, 500);
  });
});
