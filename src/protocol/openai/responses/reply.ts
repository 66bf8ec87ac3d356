/** Answers of `/v1/responses`: chat events as OpenAI's events, or all of them as one response. */
import type { ChatEvent, DoneReason, Usage } from '../../../core/chat.js';
import type { ChatError } from '../../../core/errors.js';
import type { Json, JsonObject } from '../../../core/json.js';
import type { StreamEncoder } from '../../dialect.js';
import { createTextChunker, type TextChunk } from '../../textChunker.js';
import { SSE_COMMENT, SSE_TYPE, sseFrame } from '../../sse.js';
import { codeOf } from '../errors.js';
import type { ReplyContext } from '../chat/reply.js';
import { beginItem, callItem, type ItemEvent, type OpenItem } from './items.js';

/** What every response needs. */
export interface ResponsesContext extends ReplyContext {
  /** What it says about its request. */
  readonly echo: JsonObject;
}

/** Why a response is incomplete; the others are complete. */
const INCOMPLETE: Readonly<Partial<Record<DoneReason, string>>> = {
  length: 'max_output_tokens',
  refusal: 'content_filter',
};

function wireUsage(usage: Usage): JsonObject {
  return {
    input_tokens: usage.promptTokens,
    input_tokens_details: { cached_tokens: usage.cachedTokens },
    output_tokens: usage.outputTokens,
    // How much of it was thinking is not known.
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: usage.promptTokens + usage.outputTokens,
  };
}

/** A response as it grows. Has state: one a response, events in their order. */
interface Growth {
  event(event: ChatEvent): ItemEvent[];
  failure(error: ChatError): ItemEvent[];
  /** As it stands. */
  response(): JsonObject;
}

function createGrowth(context: ResponsesContext): Growth {
  const { id } = context;
  const speech = createTextChunker();
  const output: Json[] = [];
  let open: OpenItem | undefined;
  let begun = false;
  let state: JsonObject = { status: 'in_progress', error: null, incomplete_details: null, usage: null };

  const response = (): JsonObject => ({
    id: `resp_${id}`,
    object: 'response',
    created_at: context.created,
    ...state,
    model: context.model,
    output: [...output],
    ...context.echo,
  });

  const begin = (): ItemEvent[] => {
    if (begun) return [];
    begun = true;
    return [
      { type: 'response.created', response: response() },
      { type: 'response.in_progress', response: response() },
    ];
  };

  const endItem = (status: string): readonly ItemEvent[] => {
    if (open === undefined) return [];
    const { item, events } = open.end(status);
    output.push(item);
    open = undefined;
    return events;
  };

  const words = (said: readonly TextChunk[]): ItemEvent[] =>
    said.flatMap(({ type, text }) => {
      const before = open?.voice === type ? [] : [...endItem('completed')];
      if (open === undefined) {
        open = beginItem(type, id, output.length);
        before.push(...open.begun);
      }
      return [...before, open.grow(text)];
    });

  const finish = (done: Extract<ChatEvent, { type: 'done' }>): ItemEvent[] => {
    const reason = INCOMPLETE[done.reason];
    const status = reason === undefined ? 'completed' : 'incomplete';
    const events = [...words(speech.flush()), ...endItem(status)];
    state = {
      status,
      error: null,
      incomplete_details: reason === undefined ? null : { reason },
      usage: wireUsage(done.usage),
    };
    // Ollama ends incomplete ones like this too, and some clients wait for no other end.
    return [...events, { type: 'response.completed', response: response() }];
  };

  return {
    event(event) {
      switch (event.type) {
        case 'text':
        case 'thinking':
          return [...begin(), ...words(speech.say(event.type, event.text))];
        case 'toolCall': {
          const before = [...begin(), ...words(speech.flush()), ...endItem('completed')];
          const { item, events } = callItem(event.call, id, output.length);
          output.push(item);
          return [...before, ...events];
        }
        case 'usage':
          return [];
        case 'done':
          return [...begin(), ...finish(event)];
      }
    },
    failure(error) {
      const code = codeOf(error) ?? (error.kind === 'rateLimited' ? 'rate_limit_exceeded' : 'server_error');
      const { message } = error;
      state = { ...state, status: 'failed', error: { code, message } };
      // Some clients know only the one of the two, and some only the other.
      return [
        ...begin(),
        { type: 'error', code, message, param: null },
        { type: 'response.failed', response: response() },
      ];
    },
    response,
  };
}

/** Events of a streamed response. Each has a number; the last one has all of the response. */
export function responsesEncoder(context: ResponsesContext): StreamEncoder {
  const growth = createGrowth(context);
  let number = 0;
  const frame = ({ type, ...rest }: ItemEvent): string => {
    const numbered = { type, sequence_number: number, ...rest };
    number += 1;
    return sseFrame(numbered, type);
  };
  return {
    contentType: SSE_TYPE,
    event: (event) => growth.event(event).map(frame),
    heartbeat: () => SSE_COMMENT,
    failure: (error) => growth.failure(error).map(frame).join(''),
  };
}

/** The whole response as one JSON text. The last event is `done`. */
export function responsesReply(events: readonly ChatEvent[], context: ResponsesContext): string {
  const growth = createGrowth(context);
  for (const event of events) growth.event(event);
  return JSON.stringify(growth.response());
}
