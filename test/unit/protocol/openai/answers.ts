/** Random answers, and what the tests of all OpenAI replies read from streams. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ChatEvent } from '../../../../src/core/chat.js';
import type { ReplyEvent, StreamEncoder } from '../../../../src/protocol/dialect.js';

export const CONTEXT = { id: '1', model: ' Claude ', created: 5, count: { prompts: 1, perPrompt: 1 } };
export const DONE: ChatEvent = {
  type: 'done',
  reason: 'stop',
  usage: { promptTokens: 3, cachedTokens: 1, outputTokens: 2 },
  timings: { loadMs: 0, promptMs: 0, outputMs: 0 },
};
export const NUM_RUNS = process.env['SOAK'] === undefined ? 500 : 10_000;

export type Data = Record<string, unknown>;

/** The data of all events. Each must be on one line, by any definition of a line. */
export function dataOf(encoder: StreamEncoder, events: readonly ReplyEvent[]): Data[] {
  return events
    .flatMap((event) => encoder.event(event))
    .filter((frame) => frame !== 'data: [DONE]\n\n')
    .map((frame) => {
      const match = /^(?:event: [a-z._]+\n)?data: ([^\n\r\u0085\u2028\u2029]*)\n\n$/.exec(frame);
      assert.ok(match, frame);
      return JSON.parse(match[1] ?? '') as Data;
    });
}

export const choiceOf = (chunk: Data): Data => (chunk['choices'] as Data[] | undefined)?.[0] ?? {};

/** The values of a field, joined. */
export const joinField = (objects: readonly Data[], key: string): string =>
  objects.map((object) => (object[key] as string | undefined) ?? '').join('');

/** All text of one kind in an answer. */
export const joinText = (events: readonly ChatEvent[], type: 'text' | 'thinking'): string =>
  events.map((event) => (event.type === type ? event.text : '')).join('');

/** Answers: text and thinking, cut at random positions, with tool calls between them. */
export const answers = fc
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

/** Streams texts that are cut at every position, and checks that no surrogate pair is divided. */
export function assertWholeCharacters(createEncoder: () => StreamEncoder): void {
  const text = 'a🦙b👩‍👩‍👧c';
  for (let at = 1; at < text.length; at += 1) {
    const events = [text.slice(0, at), text.slice(at)].map((piece): ChatEvent => ({
      type: 'text',
      text: piece,
    }));
    const encoder = createEncoder();
    const frames = events.flatMap((event) => encoder.event(event)).join('');
    // JSON escapes a lone surrogate, and nothing else in this text.
    assert.doesNotMatch(frames, /\\u/);
  }
}
