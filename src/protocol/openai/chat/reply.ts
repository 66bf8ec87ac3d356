/** Answers of `/v1/chat/completions`, as a stream of chunks or as one object. */
import type { ChatEvent, ToolCall } from '../../../core/chat.js';
import { type JsonObject, jsonText } from '../../../core/json.js';
import type { ReplyEvent, StreamEncoder } from '../../dialect.js';
import { sseFrame } from '../../sse.js';
import { createTextChunker, type TextChunk } from '../../textChunker.js';
import { type ChoicesContext, choicesEncoder, completeChoices } from '../choices.js';
import { type CallFormat, callFields, finishReason } from './callFormat.js';
import { FINGERPRINT, type ReplyContext, type StreamOptions, usageJson } from '../reply.js';

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
 * Encodes a streamed reply. Of each choice, only the first chunk has the role. The finish reason is a chunk of its own, and
 * so is every tool call: VS Code ignores text in the same chunk as a call.
 */
export function chatEncoder(
  context: ChoicesContext,
  { includeUsage, callFormat }: StreamOptions & CallOptions,
): StreamEncoder {
  const chunk = (fields: JsonObject): string =>
    sseFrame({ ...envelope(context, 'chat.completion.chunk'), ...fields });
  return choicesEncoder(context.count, {
    choiceEncoder: (index) =>
      choiceEncoder(callFormat, (delta, finish) =>
        chunk({ choices: [{ index, delta, finish_reason: finish }] }),
      ),
    usageFrames: (usage) => (includeUsage ? [chunk({ choices: [], usage: usageJson(usage) })] : []),
  });
}

/** Encodes the events of one choice. @param frame writes a chunk of this choice */
function choiceEncoder(
  callFormat: CallFormat,
  frame: (delta: JsonObject, finishReason: string | null) => string,
): (event: ChatEvent) => readonly string[] {
  const chunker = createTextChunker();
  let started = false;
  let callCount = 0;

  const delta = (fields: JsonObject): string => {
    const role = started ? {} : { role: 'assistant' };
    started = true;
    return frame({ ...role, ...fields }, null);
  };
  const textDeltas = (chunks: readonly TextChunk[]): string[] =>
    chunks.map(({ type, text }) =>
      delta(type === 'text' ? { content: text } : { content: '', reasoning: text }),
    );

  return (event) => {
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
          frame({}, finishReason(event.reason, callFormat)),
        ];
    }
  };
}

/** One choice of a complete reply. @param events of this choice, ending with `done` */
function choiceJson(events: readonly ChatEvent[], index: number, callFormat: CallFormat): JsonObject {
  let content = '';
  let reasoning = '';
  const calls: ToolCall[] = [];
  let reason: string | null = null;
  for (const event of events) {
    if (event.type === 'text') content += event.text;
    else if (event.type === 'thinking') reasoning += event.text;
    else if (event.type === 'toolCall') calls.push(event.call);
    else if (event.type === 'done') reason = finishReason(event.reason, callFormat);
  }
  const message: JsonObject = {
    role: 'assistant',
    content,
    ...(reasoning === '' ? {} : { reasoning }),
    ...callFields(calls, 0, callFormat),
  };
  return { index, message, finish_reason: reason };
}

/** The complete reply as JSON text. @param events those of each choice end with `done` */
export function chatReply(
  events: readonly ReplyEvent[],
  context: ChoicesContext,
  { callFormat }: CallOptions,
): string {
  const { choices, usage } = completeChoices(events, context.count);
  return jsonText({
    ...envelope(context, 'chat.completion'),
    choices: choices.map((all, index) => choiceJson(all, index, callFormat)),
    usage: usageJson(usage),
  });
}
