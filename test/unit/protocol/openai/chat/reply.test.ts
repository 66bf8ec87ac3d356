import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ChatEvent } from '../../../../../src/core/chat.js';
import { ChatError } from '../../../../../src/core/errors.js';
import { chatEncoder, chatReply } from '../../../../../src/protocol/openai/chat/reply.js';
import {
  answers,
  assertWholeCharacters,
  choiceOf,
  CONTEXT,
  type Data,
  dataOf,
  DONE,
  joinField,
  joinText,
  NUM_RUNS,
} from '../answers.js';

const CALL_FORMAT = { isLegacy: false, customTools: new Set<string>() };
const deltasOf = (chunks: readonly Data[]): Data[] =>
  chunks.map((chunk) => (choiceOf(chunk)['delta'] ?? {}) as Data);
const toolCallsOf = (events: readonly ChatEvent[]): object[] =>
  events.flatMap((event) => (event.type === 'toolCall' ? [event.call] : []));

describe('chatEncoder of /v1/chat/completions', () => {
  it('sends the fields of a chunk in Ollama’s order', () => {
    const encoder = chatEncoder(CONTEXT, { includeUsage: true, callFormat: CALL_FORMAT });
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

  it('escapes characters that some clients take for line ends', () => {
    const text = 'a\u2028b\u2029c\u0085d';
    const [chunk] = deltasOf(
      dataOf(chatEncoder(CONTEXT, { includeUsage: false, callFormat: CALL_FORMAT }), [
        { type: 'text', text },
      ]),
    );
    assert.equal(chunk?.['content'], text);
  });

  it('sends the same content as chatReply, wherever the text is cut', () => {
    fc.assert(
      fc.property(answers, (events) => {
        const deltas = deltasOf(
          dataOf(chatEncoder(CONTEXT, { includeUsage: false, callFormat: CALL_FORMAT }), events),
        );
        const reply = choiceOf(JSON.parse(chatReply(events, CONTEXT, { callFormat: CALL_FORMAT })) as Data)[
          'message'
        ] as Data;
        assert.equal(joinField(deltas, 'content'), joinText(events, 'text'));
        assert.equal(joinField(deltas, 'reasoning'), joinText(events, 'thinking'));
        assert.equal(reply['content'], joinText(events, 'text'));
        assert.equal(reply['reasoning'] ?? '', joinText(events, 'thinking'));
        const calls = deltas.flatMap((delta) => (delta['tool_calls'] ?? []) as Data[]);
        assert.deepEqual(calls, reply['tool_calls'] ?? []);
        assert.deepEqual(
          calls.map((call, index) => {
            assert.equal(call['index'], index);
            const called = call['function'] as Data;
            return {
              id: call['id'],
              name: called['name'],
              arguments: JSON.parse(String(called['arguments'])) as unknown,
            };
          }),
          toolCallsOf(events),
        );
        assert.deepEqual(
          deltas.map((delta) => 'role' in delta),
          deltas.map((_, index) => index === 0),
        );
        for (const delta of deltas) assert.ok(!('tool_calls' in delta) || delta['content'] === '');
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('keeps characters whole', () => {
    assertWholeCharacters(() => chatEncoder(CONTEXT, { includeUsage: false, callFormat: CALL_FORMAT }));
  });
});
