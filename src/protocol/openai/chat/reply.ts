/** Answers of `/v1/chat/completions`, as a stream of chunks or as one object. */
import type { ChatEvent, ToolCall } from '../../../core/chat.js';
import { type JsonObject, jsonText } from '../../../core/json.js';
import type { StreamEncoder } from '../../dialect.js';
import { SSE_COMMENT, SSE_TYPE, sseFrame } from '../../sse.js';
import { createTextChunker, type TextChunk } from '../../textChunker.js';
import { errorBody } from '../errors.js';
import { type CallFormat, callFields, finishReason } from './callFormat.js';
import { FINGERPRINT, type ReplyContext, STREAM_END, type StreamOptions, usageJson } from '../reply.js';

/** What the request decides about the calls of its answer. */
interface CallOptions {
  readonly callFormat: CallFormat;
}

/** The fields at the beginning of a reply or chunk. */
function envelope(context: ReplyContext, object: string): JsonObject {
  return {
    id: `chatcmpl-${context.id}`,
    object,
    created: context.created,
    model: context.model,
    system_fingerprint: FINGERPRINT,
  };
}

/**
 * Encodes a streamed answer. Only the first chunk has the role. The finish reason is a chunk of its own, and so is every
 * tool call: VS Code ignores text in the same chunk as a call.
 */
export function chatEncoder(
  context: ReplyContext,
  { includeUsage, callFormat }: StreamOptions & CallOptions,
): StreamEncoder {
  const chunker = createTextChunker();
  let started = false;
  let callCount = 0;

  const chunk = (fields: JsonObject): string =>
    sseFrame({ ...envelope(context, 'chat.completion.chunk'), ...fields });
  const choice = (delta: JsonObject, finishReason: string | null): string =>
    chunk({ choices: [{ index: 0, delta, finish_reason: finishReason }] });
  const delta = (fields: JsonObject): string => {
    const role = started ? {} : { role: 'assistant' };
    started = true;
    return choice({ ...role, ...fields }, null);
  };
  const textDeltas = (chunks: readonly TextChunk[]): string[] =>
    chunks.map(({ type, text }) =>
      delta(type === 'text' ? { content: text } : { content: '', reasoning: text }),
    );

  return {
    contentType: SSE_TYPE,
    event(event) {
      switch (event.type) {
        case 'text':
        case 'thinking':
          return textDeltas(chunker.push(event.type, event.text));
        case 'toolCall': {
          const before = textDeltas(chunker.flush());
          callCount += 1;
          return [...before, delta({ content: '', ...callFields([event.call], callCount - 1, callFormat) })];
        }
        case 'usage':
          return [];
        case 'done':
          return [
            ...textDeltas(chunker.flush()),
            ...(started ? [] : [delta({ content: '' })]),
            choice({}, finishReason(event.reason, callFormat)),
            ...(includeUsage ? [chunk({ choices: [], usage: usageJson(event.usage) })] : []),
            STREAM_END,
          ];
      }
    },
    heartbeat: () => SSE_COMMENT,
    failure: (error) => sseFrame(errorBody(error)),
  };
}

/** The complete answer as JSON text. @param events ending with `done` */
export function chatReply(
  events: readonly ChatEvent[],
  context: ReplyContext,
  { callFormat }: CallOptions,
): string {
  let content = '';
  let reasoning = '';
  const calls: ToolCall[] = [];
  let done: Extract<ChatEvent, { type: 'done' }> | undefined;
  for (const event of events) {
    if (event.type === 'text') content += event.text;
    else if (event.type === 'thinking') reasoning += event.text;
    else if (event.type === 'toolCall') calls.push(event.call);
    else if (event.type === 'done') done = event;
  }
  const message: JsonObject = {
    role: 'assistant',
    content,
    ...(reasoning === '' ? {} : { reasoning }),
    ...callFields(calls, 0, callFormat),
  };
  const reason = done === undefined ? null : finishReason(done.reason, callFormat);
  return jsonText({
    ...envelope(context, 'chat.completion'),
    choices: [{ index: 0, message, finish_reason: reason }],
    ...(done === undefined ? {} : { usage: usageJson(done.usage) }),
  });
}
