/** Answers of `/v1/responses`, as a stream of events or as one object. */
import type { ChatEvent, DoneReason, Usage } from '../../../core/chat.js';
import type { ChatError } from '../../../core/errors.js';
import { type Json, type JsonObject, jsonText } from '../../../core/json.js';
import type { StreamEncoder } from '../../dialect.js';
import { SSE_COMMENT, SSE_TYPE, sseFrame } from '../../sse.js';
import { createTextChunker, type TextChunk } from '../../textChunker.js';
import { codeOf } from '../errors.js';
import type { ReplyContext } from '../reply.js';
import { callItem, openItem, type OpenItem, type ResponseEvent } from './outputItems.js';
import type { ToolTable } from './toolTable.js';

export interface ResponsesContext extends ReplyContext {
  /** The fields of the response that repeat its request. */
  readonly echo: JsonObject;
  /** How calls are sent to the client. */
  readonly toolTable: Pick<ToolTable, 'find'>;
  /** Seconds since 1970. */
  readonly now: () => number;
}

/** OpenAI's reason why a response is incomplete. After other reasons it is complete. */
const INCOMPLETE_REASONS: Readonly<Partial<Record<DoneReason, string>>> = {
  length: 'max_output_tokens',
  contextFull: 'max_output_tokens',
  refusal: 'content_filter',
};

/** Token counts in the format of this route. */
export function usageJson(usage: Usage): JsonObject {
  return {
    input_tokens: usage.promptTokens,
    input_tokens_details: {
      cached_tokens: usage.cachedTokens,
      cache_write_tokens: usage.cacheWriteTokens ?? 0,
    },
    output_tokens: usage.outputTokens,
    // The CLI does not report how many of the output tokens were thinking.
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: usage.promptTokens + usage.outputTokens,
  };
}

/** A response. @param state its other fields, of which absent ones are null */
export function responseObject(
  context: ResponsesContext,
  state: JsonObject,
  output: readonly Json[],
): JsonObject {
  return {
    id: `resp_${context.id}`,
    object: 'response',
    created_at: context.created,
    completed_at: null,
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    usage: null,
    ...state,
    model: context.model,
    output,
    ...context.echo,
  };
}

/** Returns a function that numbers events and writes them as frames. */
export function createFramer(): (event: ResponseEvent) => string {
  let sequenceNumber = 0;
  return ({ type, ...fields }) => {
    const numbered = { type, sequence_number: sequenceNumber, ...fields };
    sequenceNumber += 1;
    return sseFrame(numbered, type);
  };
}

/** Builds one response. Has state: pass it the events in order. */
interface ResponseBuilder {
  event(event: ChatEvent): ResponseEvent[];
  failure(error: ChatError): ResponseEvent[];
  /** The response so far. */
  response(): JsonObject;
}

function createResponseBuilder(context: ResponsesContext): ResponseBuilder {
  const { id } = context;
  const chunker = createTextChunker();
  const output: Json[] = [];
  let open: OpenItem | undefined;
  let started = false;
  let state: JsonObject = {};

  const response = (): JsonObject => responseObject(context, state, [...output]);

  const start = (): ResponseEvent[] => {
    if (started) return [];
    started = true;
    return [
      { type: 'response.created', response: response() },
      { type: 'response.in_progress', response: response() },
    ];
  };

  const endItem = (status: string): readonly ResponseEvent[] => {
    if (open === undefined) return [];
    const { item, events } = open.end(status);
    output.push(item);
    open = undefined;
    return events;
  };

  const append = (chunks: readonly TextChunk[]): ResponseEvent[] =>
    chunks.flatMap(({ type, text }) => {
      const before = open?.kind === type ? [] : [...endItem('completed')];
      if (open === undefined) {
        open = openItem(type, id, output.length);
        before.push(...open.addedEvents);
      }
      return [...before, open.append(text)];
    });

  const finish = (done: Extract<ChatEvent, { type: 'done' }>): ResponseEvent[] => {
    const reason = INCOMPLETE_REASONS[done.reason];
    const status = reason === undefined ? 'completed' : 'incomplete';
    const events = [...append(chunker.flush()), ...endItem(status)];
    state = {
      // OpenAI has this time for completed responses only.
      completed_at: reason === undefined ? context.now() : null,
      status,
      error: null,
      incomplete_details: reason === undefined ? null : { reason },
      usage: usageJson(done.usage),
    };
    // Also for an incomplete response: Ollama does the same, and some clients wait for this event only.
    return [...events, { type: 'response.completed', response: response() }];
  };

  return {
    event(event) {
      switch (event.type) {
        case 'text':
        case 'thinking':
          return [...start(), ...append(chunker.push(event.type, event.text))];
        case 'toolCall': {
          const before = [...start(), ...append(chunker.flush()), ...endItem('completed')];
          const tool = context.toolTable.find(event.call.name);
          const { item, events } = callItem(event.call, tool, id, output.length);
          output.push(item);
          return [...before, ...events];
        }
        case 'usage':
          return [];
        case 'done':
          return [...start(), ...finish(event)];
      }
    },
    failure(error) {
      const code = codeOf(error) ?? (error.kind === 'rateLimited' ? 'rate_limit_exceeded' : 'server_error');
      const { message } = error;
      state = { ...state, status: 'failed', error: { code, message } };
      // Some clients handle only the first of these events, others only the second.
      return [
        ...start(),
        { type: 'error', code, message, param: null },
        { type: 'response.failed', response: response() },
      ];
    },
    response,
  };
}

/** Encodes a streamed response. Events are numbered; the last one contains the whole response. */
export function responsesEncoder(context: ResponsesContext): StreamEncoder {
  const builder = createResponseBuilder(context);
  const frame = createFramer();
  return {
    contentType: SSE_TYPE,
    event: (event) => builder.event(event).map(frame),
    heartbeat: () => SSE_COMMENT,
    failure: (error) => builder.failure(error).map(frame).join(''),
  };
}

/** The complete response as JSON text. @param events ending with `done` */
export function responsesReply(events: readonly ChatEvent[], context: ResponsesContext): string {
  const builder = createResponseBuilder(context);
  for (const event of events) builder.event(event);
  return jsonText(builder.response());
}
