/** Answers of `/v1/messages`: chat events as server-sent events, or all of them as one object. */
import type { ChatEvent, ToolCall, Usage } from '../../core/chat.js';
import type { JsonObject } from '../../core/json.js';
import type { StreamEncoder } from '../dialect.js';
import { createTextChunker, type TextChunkerOutput, type TextChunk } from '../textChunker.js';
import { SSE_TYPE, sseFrame } from '../sse.js';
import { errorEvent } from './errors.js';

type DoneEvent = Extract<ChatEvent, { type: 'done' }>;

/** What an answer needs besides its events. */
export interface ReplyContext {
  /** `msg_` and 24 hexadecimal digits. */
  readonly id: string;
  /** The client's string for the model, given back as it came. */
  readonly model: string;
}

const NOTHING_COUNTED: Usage = { promptTokens: 0, cachedTokens: 0, outputTokens: 0 };

/**
 * Anthropic counts tokens that were read from the cache beside the others; the core counts them among them. What was
 * written to the cache is not told apart.
 */
function wireUsage({ promptTokens, cachedTokens, outputTokens }: Usage): JsonObject {
  return {
    input_tokens: promptTokens - cachedTokens,
    cache_creation_input_tokens: null,
    cache_read_input_tokens: cachedTokens,
    output_tokens: outputTokens,
  };
}

function stopOf(done: DoneEvent): { readonly stop_reason: string; readonly stop_sequence: string | null } {
  const stopSequence = done.stopSequence ?? null;
  switch (done.reason) {
    case 'stop':
      return {
        stop_reason: stopSequence === null ? 'end_turn' : 'stop_sequence',
        stop_sequence: stopSequence,
      };
    case 'length':
      return { stop_reason: 'max_tokens', stop_sequence: null };
    case 'toolCalls':
      return { stop_reason: 'tool_use', stop_sequence: null };
    case 'refusal':
      return { stop_reason: 'refusal', stop_sequence: null };
  }
}

function envelope(context: ReplyContext): JsonObject {
  return { id: context.id, type: 'message', role: 'assistant', model: context.model };
}

/** A block of words. There is no signature to give: nobody needs to believe this thinking later. */
function wordsBlock({ type, text }: TextChunk): JsonObject {
  return type === 'text' ? { type, text } : { type, thinking: text, signature: '' };
}

function callBlock(call: ToolCall, input: JsonObject): JsonObject {
  return { type: 'tool_use', id: call.id, name: call.name, input };
}

function delta({ type, text }: TextChunk): JsonObject {
  return type === 'text' ? { type: 'text_delta', text } : { type: 'thinking_delta', thinking: text };
}

function frame(event: JsonObject & { readonly type: string }): string {
  return sseFrame(event, event.type);
}

/** Events of a streamed answer, in Anthropic's order. */
export function messagesEncoder(context: ReplyContext): StreamEncoder {
  const speech = createTextChunker();
  let counted = NOTHING_COUNTED;
  let started = false;
  /** The block that is open now, and how many there have been. */
  let open: TextChunkerOutput | undefined;
  let blocks = 0;

  const start = (): string[] => {
    if (started) return [];
    started = true;
    const message = {
      ...envelope(context),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: wireUsage(counted),
    };
    return [frame({ type: 'message_start', message })];
  };

  const begin = (block: JsonObject): string => {
    blocks += 1;
    return frame({ type: 'content_block_start', index: blocks - 1, content_block: block });
  };
  const more = (delta: JsonObject): string =>
    frame({ type: 'content_block_delta', index: blocks - 1, delta });
  const end = (): string => frame({ type: 'content_block_stop', index: blocks - 1 });

  const close = (): string[] => {
    if (open === undefined) return [];
    open = undefined;
    return [end()];
  };

  const say = (pieces: readonly TextChunk[]): string[] =>
    pieces.flatMap((words) => {
      const change = open === words.type ? [] : [...close(), begin(wordsBlock({ ...words, text: '' }))];
      open = words.type;
      return [...change, more(delta(words))];
    });

  /** A call is made in one piece; it was checked as a whole before it came here. */
  const make = (call: ToolCall): string[] => [
    begin(callBlock(call, {})),
    more({ type: 'input_json_delta', partial_json: JSON.stringify(call.arguments) }),
    end(),
  ];

  return {
    contentType: SSE_TYPE,
    event(event) {
      switch (event.type) {
        case 'usage':
          counted = event.usage;
          return [];
        case 'text':
        case 'thinking': {
          const pieces = speech.say(event.type, event.text);
          return pieces.length === 0 ? [] : [...start(), ...say(pieces)];
        }
        case 'toolCall':
          return [...start(), ...say(speech.flush()), ...close(), ...make(event.call)];
        case 'done':
          return [
            ...start(),
            ...say(speech.flush()),
            ...close(),
            frame({ type: 'message_delta', delta: stopOf(event), usage: wireUsage(event.usage) }),
            frame({ type: 'message_stop' }),
          ];
      }
    },
    heartbeat: () => [...start(), frame({ type: 'ping' })].join(''),
    failure: (error) => sseFrame(errorEvent(error), 'error'),
  };
}

/** The whole answer as one JSON text. The last event is `done`. */
export function messagesReply(events: readonly ChatEvent[], context: ReplyContext): string {
  const content: JsonObject[] = [];
  let words: TextChunk | undefined;
  let end: JsonObject = {};
  const close = (): void => {
    if (words !== undefined) content.push(wordsBlock(words));
    words = undefined;
  };
  for (const event of events) {
    switch (event.type) {
      case 'usage':
        break;
      case 'text':
      case 'thinking':
        if (event.text === '') break;
        if (words?.type !== event.type) close();
        words = { type: event.type, text: (words?.text ?? '') + event.text };
        break;
      case 'toolCall':
        close();
        content.push(callBlock(event.call, event.call.arguments));
        break;
      case 'done':
        close();
        end = { ...stopOf(event), usage: wireUsage(event.usage) };
        break;
    }
  }
  return JSON.stringify({ ...envelope(context), content, ...end });
}
