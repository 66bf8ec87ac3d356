import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ChatEvent } from '../../../../../src/core/chat.js';
import { ChatError } from '../../../../../src/core/errors.js';
import type { StreamEncoder } from '../../../../../src/protocol/dialect.js';
import {
  completionEncoder,
  completionReply,
} from '../../../../../src/protocol/openai/completions/completions.js';
import { chatEncoder, chatReply } from '../../../../../src/protocol/openai/chat/reply.js';
import { responsesEncoder, responsesReply } from '../../../../../src/protocol/openai/responses/reply.js';

const CONTEXT = { id: '1', model: ' Claude ', created: 5 };
const RESPONSE = { ...CONTEXT, echo: {} };
const DONE: ChatEvent = {
  type: 'done',
  reason: 'stop',
  usage: { promptTokens: 3, cachedTokens: 1, outputTokens: 2 },
  timings: { loadMs: 0, promptMs: 0, outputMs: 0 },
};
const RUNS = process.env['SOAK'] === undefined ? 500 : 10_000;

type Data = Record<string, unknown>;

/** The data of every event, which must be one line whoever cuts it into lines. */
function dataOf(encoder: StreamEncoder, events: readonly ChatEvent[]): Data[] {
  return events
    .flatMap((event) => encoder.event(event))
    .filter((frame) => frame !== 'data: [DONE]\n\n')
    .map((frame) => {
      const match = /^(?:event: [a-z._]+\n)?data: ([^\n\r\u0085\u2028\u2029]*)\n\n$/.exec(frame);
      assert.ok(match, frame);
      return JSON.parse(match[1] ?? '') as Data;
    });
}

const choiceOf = (chunk: Data): Data => (chunk['choices'] as Data[] | undefined)?.[0] ?? {};
const deltasOf = (chunks: readonly Data[]): Data[] =>
  chunks.map((chunk) => (choiceOf(chunk)['delta'] ?? {}) as Data);
const joined = (all: readonly Data[], key: string): string =>
  all.map((one) => (one[key] as string | undefined) ?? '').join('');

/** Answers: runs of words, cut anywhere, with calls between them. */
const answers = fc
  .array(
    fc.oneof(
      fc.record({
        type: fc.constantFrom('text' as const, 'thinking' as const),
        text: fc.string({ unit: 'binary', maxLength: 12 }),
        cuts: fc.array(fc.nat(24), { maxLength: 4 }),
      }),
      fc.record({
        type: fc.constant('toolCall' as const),
        call: fc.record(
          {
            id: fc.uuid(),
            name: fc.constantFrom('read', 'write'),
            arguments: fc.dictionary(fc.string(), fc.string({ unit: 'binary' }), { noNullPrototype: true }),
          },
          { noNullPrototype: true },
        ),
      }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => {
    const events = parts.flatMap((part): ChatEvent[] => {
      if (part.type === 'toolCall') return [part];
      const edges = [0, ...part.cuts.map((cut) => cut % (part.text.length + 1)), part.text.length];
      edges.sort((a, b) => a - b);
      return edges.slice(1).map((end, index) => ({
        type: part.type,
        text: part.text.slice(edges[index], end),
      }));
    });
    return [...events, DONE];
  });

const said = (events: readonly ChatEvent[], type: 'text' | 'thinking'): string =>
  events.map((event) => (event.type === type ? event.text : '')).join('');
const calls = (events: readonly ChatEvent[]): object[] =>
  events.flatMap((event) => (event.type === 'toolCall' ? [event.call] : []));
describe('a streamed chat completion', () => {
  it('has these fields in this order', () => {
    const encoder = chatEncoder(CONTEXT, true);
    const head =
      '"id":"chatcmpl-1","object":"chat.completion.chunk","created":5,"model":" Claude ","system_fingerprint":"fp_ollama"';
    assert.deepEqual(encoder.event({ type: 'text', text: 'a\n' }), [
      String.raw`data: {${head},"choices":[{"index":0,"delta":{"role":"assistant","content":"a\n"},"finish_reason":null}]}` +
        '\n\n',
    ]);
    assert.equal(encoder.heartbeat(), ': ping\n\n');
    assert.deepEqual(encoder.event(DONE), [
      `data: {${head},"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n`,
      `data: {${head},"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5,"prompt_tokens_details":{"cached_tokens":1}}}\n\n`,
      'data: [DONE]\n\n',
    ]);
    assert.equal(
      encoder.failure(new ChatError('contextTooLong', 'Too long.')),
      'data: {"error":{"message":"Too long.","type":"invalid_request_error","param":null,"code":"context_length_exceeded"}}\n\n',
    );
  });

  it('is for clients that see line ends where JSON sees none', () => {
    const text = 'a\u2028b\u2029c\u0085d';
    const [chunk] = deltasOf(dataOf(chatEncoder(CONTEXT, false), [{ type: 'text', text }]));
    assert.equal(chunk?.['content'], text);
  });

  it('says in pieces what the answer in one piece says, wherever the model is cut', () => {
    fc.assert(
      fc.property(answers, (events) => {
        const deltas = deltasOf(dataOf(chatEncoder(CONTEXT, false), events));
        const whole = choiceOf(JSON.parse(chatReply(events, CONTEXT)) as Data)['message'] as Data;
        assert.equal(joined(deltas, 'content'), said(events, 'text'));
        assert.equal(joined(deltas, 'reasoning'), said(events, 'thinking'));
        assert.equal(whole['content'], said(events, 'text'));
        assert.equal(whole['reasoning'] ?? '', said(events, 'thinking'));
        const made = deltas.flatMap((delta) => (delta['tool_calls'] ?? []) as Data[]);
        assert.deepEqual(made, whole['tool_calls'] ?? []);
        assert.deepEqual(
          made.map((call, index) => {
            assert.equal(call['index'], index);
            const called = call['function'] as Data;
            return {
              id: call['id'],
              name: called['name'],
              arguments: JSON.parse(String(called['arguments'])) as unknown,
            };
          }),
          calls(events),
        );
        assert.deepEqual(
          deltas.map((delta) => 'role' in delta),
          deltas.map((_, index) => index === 0),
        );
        for (const delta of deltas) assert.ok(!('tool_calls' in delta) || delta['content'] === '');
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a streamed text completion', () => {
  it('says in pieces what the answer in one piece says', () => {
    fc.assert(
      fc.property(answers, (events) => {
        const texts = dataOf(completionEncoder(CONTEXT, false), events).map(choiceOf);
        assert.equal(joined(texts, 'text'), said(events, 'text'));
        assert.equal(
          choiceOf(JSON.parse(completionReply(events, CONTEXT)) as Data)['text'],
          said(events, 'text'),
        );
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a streamed response', () => {
  it('says in pieces what the response in one piece says, wherever the model is cut', () => {
    fc.assert(
      fc.property(answers, (events) => {
        const sent = dataOf(responsesEncoder(RESPONSE), events);
        const last = (sent.at(-1)?.['response'] ?? {}) as Data;
        assert.deepEqual(last, JSON.parse(responsesReply(events, RESPONSE)));
        const of = (type: string): Data[] => sent.filter((event) => event['type'] === type);
        assert.equal(joined(of('response.output_text.delta'), 'delta'), said(events, 'text'));
        assert.equal(joined(of('response.reasoning_summary_text.delta'), 'delta'), said(events, 'thinking'));
        const done = of('response.output_item.done').map((event) => event['item'] as Data);
        assert.deepEqual(last['output'], done);
        assert.deepEqual(
          of('response.output_item.added').map((event) => event['output_index']),
          done.map((_, index) => index),
        );
        assert.deepEqual(
          sent.map((event) => event['sequence_number']),
          sent.map((_, index) => index),
        );
      }),
      { numRuns: RUNS },
    );
  });
});

describe('every stream', () => {
  for (const [name, make] of [
    ['of a chat completion', () => chatEncoder(CONTEXT, false)],
    ['of a text completion', () => completionEncoder(CONTEXT, false)],
    ['of a response', () => responsesEncoder(RESPONSE)],
  ] as const) {
    it(`${name} keeps characters whole`, () => {
      const text = 'a🦙b👩‍👩‍👧c';
      for (let at = 1; at < text.length; at += 1) {
        const pieces = [text.slice(0, at), text.slice(at)];
        const events = pieces.map((piece): ChatEvent => ({ type: 'text', text: piece }));
        const encoder = make();
        const frames = events.flatMap((event) => encoder.event(event)).join('');
        // JSON writes a lone half as an escape, and nothing else here.
        assert.doesNotMatch(frames, /\\u/);
      }
    });
  }
});
