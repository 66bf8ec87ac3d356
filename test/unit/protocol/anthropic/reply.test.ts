import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ChatEvent } from '../../../../src/core/chat.js';
import type { JsonObject } from '../../../../src/core/json.js';
import { messagesEncoder, messagesReply } from '../../../../src/protocol/anthropic/reply.js';

const CONTEXT = { id: 'msg_1', model: 'm' };

const anyEvent: fc.Arbitrary<ChatEvent> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text: fc.string({ unit: 'binary' }) }),
  fc.record({ type: fc.constant('thinking' as const), text: fc.string({ unit: 'binary' }) }),
  fc.record({
    type: fc.constant('toolCall' as const),
    call: fc.record({
      id: fc.string(),
      name: fc.string(),
      arguments: fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<JsonObject>,
    }),
  }),
  fc.constant<ChatEvent>({ type: 'usage', usage: { promptTokens: 5, cachedTokens: 2, outputTokens: 1 } }),
);

const DONE: ChatEvent = {
  type: 'done',
  reason: 'stop',
  usage: { promptTokens: 5, cachedTokens: 2, outputTokens: 9 },
  timings: { loadMs: 0, promptMs: 0, outputMs: 0 },
};

interface WireEvent {
  readonly type: string;
  readonly index?: number;
  readonly message?: Record<string, unknown>;
  readonly content_block?: Record<string, unknown>;
  readonly delta?: {
    readonly text?: string;
    readonly thinking?: string;
    readonly signature?: string;
    readonly partial_json?: string;
  };
  readonly usage?: unknown;
}

function eventsOf(frames: readonly string[]): WireEvent[] {
  return frames.map((frame) => {
    const [, name, data] = /^event: (\S+)\ndata: (.*)\n\n$/.exec(frame) ?? [];
    const event = JSON.parse(data ?? '') as WireEvent;
    assert.equal(event.type, name);
    return event;
  });
}

/** Accumulates a stream as Anthropic's SDKs do, and checks the order of events that they rely on. */
function accumulate(events: readonly WireEvent[]): Record<string, unknown> {
  const content: Record<string, unknown>[] = [];
  let message: Record<string, unknown> = {};
  let open = false;
  let json = '';
  for (const [position, event] of events.entries()) {
    assert.equal(event.type === 'message_start', position === 0);
    assert.equal(event.type === 'message_stop', position === events.length - 1);
    switch (event.type) {
      case 'message_start':
        message = event.message!;
        break;
      case 'content_block_start':
        assert.ok(!open);
        assert.equal(event.index, content.length);
        open = true;
        json = '';
        content.push({ ...event.content_block });
        break;
      case 'content_block_delta': {
        assert.ok(open);
        assert.equal(event.index, content.length - 1);
        const block = content.at(-1)!;
        const { text, thinking, signature, partial_json } = event.delta!;
        if (signature !== undefined) block['signature'] = signature;
        if (text !== undefined) block['text'] = `${String(block['text'])}${text}`;
        if (thinking !== undefined) block['thinking'] = `${String(block['thinking'])}${thinking}`;
        if (partial_json !== undefined) json += partial_json;
        break;
      }
      case 'content_block_stop':
        assert.ok(open);
        open = false;
        if (json !== '') content.at(-1)!['input'] = JSON.parse(json);
        break;
      case 'message_delta':
        assert.ok(!open);
        message = { ...message, ...event.delta, usage: event.usage };
        break;
      case 'ping':
      case 'message_stop':
        break;
      default:
        assert.fail(event.type);
    }
  }
  return { ...message, content };
}

describe('messagesEncoder', () => {
  it('sends the same content as messagesReply', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), (before) => {
        const events = [...before, DONE];
        const encoder = messagesEncoder(CONTEXT);
        const frames = events.flatMap((event) => encoder.event(event));
        const reply = JSON.parse(messagesReply(events, CONTEXT)) as object;
        assert.deepEqual(accumulate(eventsOf(frames)), reply);
      }),
    );
  });

  it('keeps the order of events with a heartbeat at any position', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), fc.nat(5), (before, at) => {
        const encoder = messagesEncoder(CONTEXT);
        const frames = [...before, DONE].flatMap((event, index) => {
          const heartbeat = index === at ? encoder.heartbeat().split(/(?<=\n\n)/) : [];
          return [...heartbeat, ...encoder.event(event)];
        });
        accumulate(eventsOf(frames));
      }),
    );
  });

  it('sends nothing before the first output', () => {
    const encoder = messagesEncoder(CONTEXT);
    assert.deepEqual(
      encoder.event({ type: 'usage', usage: { promptTokens: 1, cachedTokens: 0, outputTokens: 0 } }),
      [],
    );
    assert.deepEqual(encoder.event({ type: 'text', text: '' }), []);
    assert.deepEqual(encoder.event({ type: 'text', text: '\ud83d' }), []);
  });
});
