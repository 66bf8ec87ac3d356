/** Answers of `/v1/chat/completions`, as a stream of chunks or as one object. */
import type { ChatEvent, ToolCall } from '../../../core/chat.js';
import { type JsonObject, jsonText } from '../../../core/json.js';
import type { StreamEncoder } from '../../dialect.js';
import { SSE_COMMENT, SSE_TYPE, sseFrame } from '../../sse.js';
import { createTextChunker, type TextChunk } from '../../textChunker.js';
import { errorBody } from '../errors.js';
import {
  FINGERPRINT,
  FINISH_REASONS,
  type ReplyContext,
  STREAM_END,
  type StreamOptions,
  usageJson,
} from '../reply.js';

function toolCallJson(call: ToolCall, index: number): JsonObject {
  return {
    id: call.id,
    index,
    type: 'function',
    function: { name: call.name, arguments: jsonText(call.arguments) },
  };
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
export function chatEncoder(context: ReplyContext, { includeUsage }: StreamOptions): StreamEncoder {
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
          return [...before, delta({ content: '', tool_calls: [toolCallJson(event.call, callCount - 1)] })];
        }
        case 'usage':
          return [];
        case 'done':
          return [
            ...textDeltas(chunker.flush()),
            ...(started ? [] : [delta({ content: '' })]),
            choice({}, FINISH_REASONS[event.reason]),
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
export function chatReply(events: readonly ChatEvent[], context: ReplyContext): string {
  let content = '';
  let reasoning = '';
  const calls: JsonObject[] = [];
  let done: Extract<ChatEvent, { type: 'done' }> | undefined;
  for (const event of events) {
    if (event.type === 'text') content += event.text;
    else if (event.type === 'thinking') reasoning += event.text;
    else if (event.type === 'toolCall') calls.push(toolCallJson(event.call, calls.length));
    else if (event.type === 'done') done = event;
  }
  const message: JsonObject = {
    role: 'assistant',
    content,
    ...(reasoning === '' ? {} : { reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  const finishReason = done === undefined ? null : FINISH_REASONS[done.reason];
  return jsonText({
    ...envelope(context, 'chat.completion'),
    choices: [{ index: 0, message, finish_reason: finishReason }],
    ...(done === undefined ? {} : { usage: usageJson(done.usage) }),
  });
}
