import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ChatEvent } from '../../../../../src/core/chat.js';
import { ChatError, type ErrorKind } from '../../../../../src/core/errors.js';
import { OllamaStatusError, ollamaDialect } from '../../../../../src/protocol/ollama/errors.js';
import { digestOf, psBody, showBody, tagsBody } from '../../../../../src/protocol/ollama/models.js';
import { chatEncoder, chatReply, loadReply } from '../../../../../src/protocol/ollama/chat/reply.js';
import { listEntries } from '../../../../../src/core/catalog.js';

const CONTEXT = { model: ' Claude ', now: () => new Date(0), elapsedMs: () => 5 };
const DONE: ChatEvent = {
  type: 'done',
  reason: 'stop',
  usage: { promptTokens: 3, cachedTokens: 1, outputTokens: 2 },
  timings: { loadMs: 0, promptMs: 0.0000001, outputMs: 1.5 },
};

interface Chunk {
  readonly message: { readonly content: string; readonly thinking?: string; readonly tool_calls?: object[] };
  readonly done: boolean;
}

function chunksOf(events: readonly ChatEvent[]): Chunk[] {
  const encoder = chatEncoder(CONTEXT);
  return events
    .flatMap((event) => encoder.event(event))
    .map((line) => {
      assert.match(line, /^[^\n]+\n$/);
      return JSON.parse(line) as Chunk;
    });
}

describe('a chunk', () => {
  it('has these fields in this order', () => {
    const encoder = chatEncoder(CONTEXT);
    const at = '"model":" Claude ","created_at":"1970-01-01T00:00:00.000Z"';
    assert.deepEqual(encoder.event({ type: 'text', text: 'a\n' }), [
      String.raw`{${at},"message":{"role":"assistant","content":"a\n"},"done":false}` + '\n',
    ]);
    assert.deepEqual(encoder.event({ type: 'thinking', text: 'b' }), [
      `{${at},"message":{"role":"assistant","content":"","thinking":"b"},"done":false}\n`,
    ]);
    assert.equal(encoder.heartbeat(), `{${at},"message":{"role":"assistant","content":""},"done":false}\n`);
    assert.deepEqual(encoder.event(DONE), [
      `{${at},"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":5000000,` +
        '"load_duration":1,"prompt_eval_count":3,"prompt_eval_duration":1,"eval_count":2,"eval_duration":1500000}\n',
    ]);
    assert.equal(encoder.failure(new ChatError('cliFailed', 'It died.')), '{"error":"It died."}\n');
  });

  it('is none for no words', () => {
    assert.deepEqual(chunksOf([{ type: 'text', text: '' }]), []);
  });

  it('never has half a character while the other half may come', () => {
    const texts = chunksOf([
      { type: 'text', text: 'a\ud83e' },
      { type: 'text', text: '\udd99b' },
      { type: 'thinking', text: '\ud83e' },
      { type: 'text', text: 'c\ud83e' },
      DONE,
    ]).map(({ message }) => message.thinking ?? message.content);
    assert.deepEqual(texts, ['a', '🦙b', '\ud83e', 'c', '\ud83e', '']);
  });
});

describe('an answer', () => {
  const words = fc.string({
    unit: fc.constantFrom('a', '\n', '"', '🦙', '\ud83e', '\udd99', '\u2028', '\0'),
  });
  const events = fc.array(
    fc.oneof(
      fc.record({ type: fc.constant('text' as const), text: words }),
      fc.record({ type: fc.constant('thinking' as const), text: words }),
      fc.record({
        type: fc.constant('toolCall' as const),
        call: fc.record({ id: fc.string(), name: fc.string(), arguments: fc.constant({ a: [1, '🦙'] }) }),
      }),
    ),
    { maxLength: 12 },
  );

  it('is the model’s words, all of them in their order, streamed or whole', () => {
    fc.assert(
      fc.property(events, (said) => {
        const all: ChatEvent[] = [...said, DONE];
        const join = (type: 'text' | 'thinking'): string =>
          all.map((event) => (event.type === type ? event.text : '')).join('');
        const calls = all.flatMap((event) => (event.type === 'toolCall' ? [event.call] : []));
        const wire = calls.map(({ id, ...called }, index) => ({ id, function: { index, ...called } }));
        const chunks = chunksOf(all);
        assert.equal(chunks.map(({ message }) => message.content).join(''), join('text'));
        assert.equal(chunks.map(({ message }) => message.thinking ?? '').join(''), join('thinking'));
        assert.deepEqual(
          chunks.flatMap(({ message }) => message.tool_calls ?? []),
          wire,
        );
        const whole = JSON.parse(chatReply(all, CONTEXT)) as Chunk;
        assert.equal(whole.message.content, join('text'));
        assert.equal(whole.message.thinking ?? '', join('thinking'));
        assert.deepEqual(whole.message.tool_calls ?? [], wire);
      }),
      { numRuns: 500 },
    );
  });

  it('is of chunks that say one thing each, and only the last is done', () => {
    fc.assert(
      fc.property(events, (said) => {
        const chunks = chunksOf([...said, DONE]);
        chunks.forEach(({ message, done, ...rest }, index) => {
          assert.equal(done, index === chunks.length - 1);
          assert.equal('done_reason' in rest, done);
          assert.ok(!('type' in rest));
          assert.ok((message.tool_calls?.length ?? 1) === 1);
          if (message.tool_calls !== undefined || message.thinking !== undefined)
            assert.equal(message.content, '');
        });
      }),
      { numRuns: 300 },
    );
  });

  it('to nothing says what became of the model', () => {
    assert.equal(
      JSON.stringify(loadReply('load', CONTEXT)),
      '{"model":" Claude ","created_at":"1970-01-01T00:00:00.000Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"load"}',
    );
  });
});

describe('an error', () => {
  const STATUS: readonly (readonly [ErrorKind, number])[] = [
    ['badRequest', 400],
    ['unknownModel', 404],
    ['contextTooLong', 400],
    ['tooLarge', 413],
    ['untrusted', 403],
    ['cliMissing', 503],
    ['cliTooOld', 503],
    ['notSignedIn', 503],
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
    it(`of kind ${kind} is a ${status} with its own words`, () => {
      assert.deepEqual(ollamaDialect.error(new ChatError(kind, 'Words "here".')), {
        status,
        body: String.raw`{"error":"Words \"here\"."}`,
      });
    });
  }

  it('of kind busy has Ollama’s words', () => {
    assert.deepEqual(ollamaDialect.error(new ChatError('busy', 'full')), {
      status: 503,
      body: '{"error":"server busy, please try again.  maximum pending requests exceeded"}',
      retryAfterSeconds: 1,
    });
  });

  it('tells when to come back, in whole seconds', () => {
    const error = new ChatError('rateLimited', 'Wait.', { retryAfterSeconds: 0.2 });
    assert.equal(ollamaDialect.error(error).retryAfterSeconds, 1);
  });

  it('has words, always: without them Ollama’s own client sees success', () => {
    assert.equal(ollamaDialect.error(new ChatError('internal', '')).body, '{"error":"unknown error"}');
  });

  it('may have a status against the table', () => {
    assert.equal(ollamaDialect.error(new OllamaStatusError(500, 'x')).status, 500);
  });
});

describe('the models', () => {
  const model = (value: string, thinking: boolean) => ({
    value,
    resolved: `claude-${value}-5`,
    displayName: value,
    description: '',
    efforts: [],
    thinking,
    contextLength: 123_456,
  });
  const entries = listEntries([model('sonnet', true), model('haiku', false)], ['chat', 'workspace']);

  it('have digests of 64 hexadecimal digits that differ', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        assert.match(digestOf(a), /^[0-9a-f]{64}$/);
        assert.equal(digestOf(a) === digestOf(b), a === b);
      }),
    );
  });

  it('have basenames that differ', () => {
    const query = { asked: 'x', userAgent: '', modifiedAt: new Date(0) };
    const names = entries.map(
      (entry) => (showBody(entry, query)['model_info'] as Record<string, unknown>)['general.basename'],
    );
    assert.deepEqual(names, [
      'claude-sonnet',
      'claude-haiku',
      'claude-sonnet:workspace',
      'claude-haiku:workspace',
    ]);
  });

  it('say of themselves only what Ollama has words for', () => {
    const known = new Set(['completion', 'tools', 'insert', 'vision', 'embedding', 'thinking']);
    const { models } = tagsBody(entries, new Date(0)) as unknown as { models: { capabilities: string[] }[] };
    for (const { capabilities } of models) assert.ok(capabilities.every((word) => known.has(word)));
    assert.ok(models[0]!.capabilities.includes('thinking') && !models[1]!.capabilities.includes('thinking'));
  });

  it('that are loaded say until when', () => {
    const { models } = psBody([{ entry: entries[0]!, expiresAt: new Date(1_000) }]) as unknown as {
      models: { expires_at: string; context_length: number }[];
    };
    assert.deepEqual(
      models.map((each) => [each.expires_at, each.context_length]),
      [['1970-01-01T00:00:01.000Z', 123_456]],
    );
  });
});
