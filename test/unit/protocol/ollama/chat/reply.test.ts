import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ChatEvent } from '../../../../../src/core/chat.js';
import { ChatError } from '../../../../../src/core/errors.js';
import { callPlacementFor, type CallPlacement } from '../../../../../src/protocol/ollama/reply.js';
import { chatEncoder, chatReply, chatLoadReply } from '../../../../../src/protocol/ollama/chat/reply.js';

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

function chunksOf(events: readonly ChatEvent[], callPlacement: CallPlacement = 'lastLine'): Chunk[] {
  const encoder = chatEncoder({ ...CONTEXT, callPlacement });
  return events
    .flatMap((event) => encoder.event(event))
    .map((line) => {
      assert.match(line, /^[^\n]+\n$/);
      return JSON.parse(line) as Chunk;
    });
}

const callsOf = (chunks: readonly Chunk[]): object[] =>
  chunks.flatMap(({ message }) => message.tool_calls ?? []);

describe('chatEncoder of /api/chat', () => {
  it('sends the fields of a chunk in Ollama’s order', () => {
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
        '"load_duration":1,"prompt_eval_count":3,"prompt_eval_cached_count":1,"prompt_eval_duration":1,"eval_count":2,"eval_duration":1500000}\n',
    ]);
    assert.equal(
      encoder.failure(new ChatError('cliFailed', 'The CLI exited.')),
      '{"error":"The CLI exited."}\n',
    );
  });

  it('sends nothing for empty text', () => {
    assert.deepEqual(chunksOf([{ type: 'text', text: '' }]), []);
  });

  it('never sends half a character while its other half may follow', () => {
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

describe('an answer of /api/chat', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '\n', '"', '🦙', '\ud83e', '\udd99', '\u2028', '\0'),
  });
  const events = fc.array(
    fc.oneof(
      fc.record({ type: fc.constant('text' as const), text }),
      fc.record({ type: fc.constant('thinking' as const), text }),
      fc.record({
        type: fc.constant('toolCall' as const),
        call: fc.record({ id: fc.string(), name: fc.string(), arguments: fc.constant({ a: [1, '🦙'] }) }),
      }),
    ),
    { maxLength: 12 },
  );

  it('contains all output of the model in order, streamed or not', () => {
    fc.assert(
      fc.property(events, (output) => {
        const all: ChatEvent[] = [...output, DONE];
        const join = (type: 'text' | 'thinking'): string =>
          all.map((event) => (event.type === type ? event.text : '')).join('');
        const calls = all.flatMap((event) => (event.type === 'toolCall' ? [event.call] : []));
        const expectedCalls = calls.map(({ id, ...call }, index) => ({ id, function: { index, ...call } }));
        const chunks = chunksOf(all);
        assert.equal(chunks.map(({ message }) => message.content).join(''), join('text'));
        assert.equal(chunks.map(({ message }) => message.thinking ?? '').join(''), join('thinking'));
        assert.deepEqual(callsOf(chunks), expectedCalls);
        assert.deepEqual(
          callsOf(chunksOf(all, 'indexedLastLine')),
          expectedCalls.map((call, index) => ({ ...call, index })),
        );
        const whole = JSON.parse(chatReply(all, CONTEXT)) as Chunk;
        assert.equal(whole.message.content, join('text'));
        assert.equal(whole.message.thinking ?? '', join('thinking'));
        assert.deepEqual(whole.message.tool_calls ?? [], expectedCalls);
      }),
      { numRuns: 500 },
    );
  });

  it('has all calls in the last line, or each in a line of its own for Zed', () => {
    assert.equal(callPlacementFor('Zed/0.212.0 (linux; x86_64)'), 'ownLines');
    assert.equal(callPlacementFor('litellm/1.77.0'), 'indexedLastLine');
    assert.equal(callPlacementFor('ollama/0.34.4 (amd64 linux) Go/go1.26.0'), 'lastLine');
    fc.assert(
      fc.property(events, (output) => {
        const calls = output.filter(({ type }) => type === 'toolCall').length;
        const lengths = (placement: CallPlacement): (number | undefined)[] =>
          chunksOf([...output, DONE], placement)
            .map(({ message }) => message.tool_calls?.length)
            .filter((length) => length !== undefined);
        assert.deepEqual(lengths('lastLine'), calls === 0 ? [] : [calls]);
        assert.deepEqual(
          lengths('ownLines'),
          Array.from({ length: calls }, () => 1),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('sends one kind of output per chunk, and only the last chunk is done', () => {
    fc.assert(
      fc.property(events, fc.constantFrom('lastLine', 'ownLines'), (output, placement) => {
        const chunks = chunksOf([...output, DONE], placement);
        chunks.forEach(({ message, done, ...rest }, index) => {
          assert.equal(done, index === chunks.length - 1);
          assert.equal('done_reason' in rest, done);
          assert.ok(!('type' in rest));
          if (message.tool_calls !== undefined || message.thinking !== undefined)
            assert.equal(message.content, '');
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe('chatLoadReply', () => {
  it('reports that the model is loaded', () => {
    assert.equal(
      JSON.stringify(chatLoadReply('load', CONTEXT)),
      '{"model":" Claude ","created_at":"1970-01-01T00:00:00.000Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"load"}',
    );
  });
});
