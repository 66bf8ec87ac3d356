/** Answers of `/v1/messages`, as a stream of events or as one object. */
import type { ChatEvent, ToolCall, Usage } from '../../core/chat.js';
import { type JsonObject, jsonText } from '../../core/json.js';
import type { StreamEncoder } from '../dialect.js';
import { SSE_TYPE, sseFrame } from '../sse.js';
import { createTextChunker, type TextChunk, type TextKind } from '../textChunker.js';
import { errorEvent } from './errors.js';

type DoneEvent = Extract<ChatEvent, { type: 'done' }>;

export interface ReplyContext {
  /** `msg_` and 24 hexadecimal digits. */
  readonly id: string;
  /** The client's string for the model, returned unchanged. */
  readonly model: string;
}

const NO_USAGE: Usage = { promptTokens: 0, cachedTokens: 0, outputTokens: 0 };

/**
 * In Anthropic's API, `input_tokens` excludes tokens that were read from the cache; the core's count includes them. The
 * core does not count tokens that were written to the cache.
 */
function usageJson({ promptTokens, cachedTokens, outputTokens }: Usage): JsonObject {
  return {
    input_tokens: promptTokens - cachedTokens,
    cache_creation_input_tokens: null,
    cache_read_input_tokens: cachedTokens,
    output_tokens: outputTokens,
  };
}

function stopFields(done: DoneEvent): {
  readonly stop_reason: string;
  readonly stop_sequence: string | null;
} {
  const stopSequence = done.stopSequence ?? null;
  switch (done.reason) {
    case 'stop':
      return {
        stop_reason: stopSequence === null ? 'end_turn' : 'stop_sequence',
        stop_sequence: stopSequence,
      };
    case 'length':
      return { stop_reason: 'max_tokens', stop_sequence: null };
    case 'contextFull':
      return { stop_reason: 'model_context_window_exceeded', stop_sequence: null };
    case 'toolCalls':
      return { stop_reason: 'tool_use', stop_sequence: null };
    case 'refusal':
      return { stop_reason: 'refusal', stop_sequence: null };
  }
}

function envelope(context: ReplyContext): JsonObject {
  return { id: context.id, type: 'message', role: 'assistant', model: context.model };
}

/**
 * The signature of every thinking block: base64 of "not signed". The CLI takes no thinking from outside, so the one of the API
 * would have no use. Clients such as the AI SDK and LangChain drop thinking without a signature from their history.
 */
const SIGNATURE = 'bm90IHNpZ25lZA==';

/** @param signature of thinking; in a stream it follows the text */
function textBlock({ type, text }: TextChunk, signature: string): JsonObject {
  return type === 'text' ? { type, text } : { type, thinking: text, signature };
}

function toolUseBlock(call: ToolCall, input: JsonObject): JsonObject {
  return { type: 'tool_use', id: call.id, name: call.name, input };
}

function textDelta({ type, text }: TextChunk): JsonObject {
  return type === 'text' ? { type: 'text_delta', text } : { type: 'thinking_delta', thinking: text };
}

function frame(event: JsonObject & { readonly type: string }): string {
  return sseFrame(event, event.type);
}

/** Encodes a streamed answer. Events are sent in the order of Anthropic's API. */
export function messagesEncoder(context: ReplyContext): StreamEncoder {
  const chunker = createTextChunker();
  let usage = NO_USAGE;
  let started = false;
  /** The kind of the block that text is still added to. */
  let open: TextKind | undefined;
  let blockCount = 0;

  const start = (): string[] => {
    if (started) return [];
    started = true;
    const message = {
      ...envelope(context),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: usageJson(usage),
    };
    return [frame({ type: 'message_start', message })];
  };

  const blockStart = (block: JsonObject): string => {
    blockCount += 1;
    return frame({ type: 'content_block_start', index: blockCount - 1, content_block: block });
  };
  const blockDelta = (delta: JsonObject): string =>
    frame({ type: 'content_block_delta', index: blockCount - 1, delta });
  const blockStop = (): string => frame({ type: 'content_block_stop', index: blockCount - 1 });

  const closeBlock = (): string[] => {
    if (open === undefined) return [];
    const signature =
      open === 'thinking' ? [blockDelta({ type: 'signature_delta', signature: SIGNATURE })] : [];
    open = undefined;
    return [...signature, blockStop()];
  };

  const textFrames = (chunks: readonly TextChunk[]): string[] =>
    chunks.flatMap((chunk) => {
      const before =
        open === chunk.type ? [] : [...closeBlock(), blockStart(textBlock({ ...chunk, text: '' }, ''))];
      open = chunk.type;
      return [...before, blockDelta(textDelta(chunk))];
    });

  /** The arguments are sent in one delta: they were validated as a whole before. */
  const toolUseFrames = (call: ToolCall): string[] => [
    blockStart(toolUseBlock(call, {})),
    blockDelta({ type: 'input_json_delta', partial_json: jsonText(call.arguments) }),
    blockStop(),
  ];

  return {
    contentType: SSE_TYPE,
    event(event) {
      switch (event.type) {
        case 'usage':
          usage = event.usage;
          return [];
        case 'text':
        case 'thinking': {
          const chunks = chunker.push(event.type, event.text);
          return chunks.length === 0 ? [] : [...start(), ...textFrames(chunks)];
        }
        case 'toolCall':
          return [...start(), ...textFrames(chunker.flush()), ...closeBlock(), ...toolUseFrames(event.call)];
        case 'done':
          return [
            ...start(),
            ...textFrames(chunker.flush()),
            ...closeBlock(),
            frame({ type: 'message_delta', delta: stopFields(event), usage: usageJson(event.usage) }),
            frame({ type: 'message_stop' }),
          ];
      }
    },
    heartbeat: () => [...start(), frame({ type: 'ping' })].join(''),
    failure: (error) => sseFrame(errorEvent(error), 'error'),
  };
}

/** The complete answer as JSON text. @param events ending with `done` */
export function messagesReply(events: readonly ChatEvent[], context: ReplyContext): string {
  const content: JsonObject[] = [];
  let open: TextChunk | undefined;
  let finalFields: JsonObject = {};
  const closeBlock = (): void => {
    if (open !== undefined) content.push(textBlock(open, SIGNATURE));
    open = undefined;
  };
  for (const event of events) {
    switch (event.type) {
      case 'usage':
        break;
      case 'text':
      case 'thinking':
        if (event.text === '') break;
        if (open?.type !== event.type) closeBlock();
        open = { type: event.type, text: (open?.text ?? '') + event.text };
        break;
      case 'toolCall':
        closeBlock();
        content.push(toolUseBlock(event.call, event.call.arguments));
        break;
      case 'done':
        closeBlock();
        finalFields = { ...stopFields(event), usage: usageJson(event.usage) };
        break;
    }
  }
  return jsonText({ ...envelope(context), content, ...finalFields });
}
