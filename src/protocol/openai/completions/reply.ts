/** Answers of `/v1/completions`, as a stream of chunks or as one object. They hold nothing but text. */
import type { Usage } from '../../../core/chat.js';
import type { JsonObject } from '../../../core/json.js';
import type { ReplyEvent, StreamEncoder } from '../../dialect.js';
import { sseFrame } from '../../sse.js';
import { createTextChunker } from '../../textChunker.js';
import { type ChoicesContext, choicesEncoder, completeChoices } from '../choices.js';
import {
  FINGERPRINT,
  FINISH_REASONS,
  NO_USAGE,
  type ReplyContext,
  STREAM_END,
  type StreamOptions,
  usageJson,
} from '../reply.js';
import type { CompletionBody } from './request.js';

function completionObject(context: ReplyContext, choices: readonly JsonObject[], usage?: Usage): JsonObject {
  return {
    id: `cmpl-${context.id}`,
    object: 'text_completion',
    created: context.created,
    model: context.model,
    system_fingerprint: FINGERPRINT,
    choices,
    ...(usage === undefined ? {} : { usage: usageJson(usage) }),
  };
}

function choiceJson(text: string, index: number, finishReason: string | null): JsonObject {
  return { text, index, finish_reason: finishReason };
}

/** Encodes a streamed reply. With `includeUsage`, as in Ollama, every chunk has counts; all but the last are zero. */
export function completionEncoder(context: ChoicesContext, { includeUsage }: StreamOptions): StreamEncoder {
  const noUsage = includeUsage ? NO_USAGE : undefined;
  return choicesEncoder(context.count, {
    choiceEncoder(index) {
      const chunker = createTextChunker();
      const chunk = (text: string, finishReason: string | null): string =>
        sseFrame(completionObject(context, [choiceJson(text, index, finishReason)], noUsage));
      return (event) => {
        switch (event.type) {
          case 'text':
            return chunker.push('text', event.text).map(({ text }) => chunk(text, null));
          case 'thinking':
          case 'toolCall':
          case 'usage':
            return [];
          case 'done':
            return [
              ...chunker.flush().map(({ text }) => chunk(text, null)),
              chunk('', FINISH_REASONS[event.reason]),
            ];
        }
      };
    },
    usageFrames: (usage) => (includeUsage ? [sseFrame(completionObject(context, [], usage))] : []),
  });
}

/** The complete reply as JSON text. @param events those of each choice end with `done` */
export function completionReply(events: readonly ReplyEvent[], context: ChoicesContext): string {
  const { choices, usage } = completeChoices(events, context.count);
  const choicesJson = choices.map((all, index) => {
    const text = all.map((event) => (event.type === 'text' ? event.text : '')).join('');
    const done = all.find((event) => event.type === 'done');
    return choiceJson(text, index, done === undefined ? null : FINISH_REASONS[done.reason]);
  });
  return JSON.stringify(completionObject(context, choicesJson, usage));
}

/** The answer to a request without a prompt, which only loads the model. */
export function completionLoadReply({ stream }: CompletionBody, context: ReplyContext): string {
  const loaded = completionObject(context, [choiceJson('', 0, 'load')], NO_USAGE);
  return stream ? `${sseFrame(loaded)}${STREAM_END}` : JSON.stringify(loaded);
}
