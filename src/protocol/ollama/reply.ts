/** The common parts of answers of `/api/chat` and `/api/generate`: the chunks, their order, and the final statistics. */
import type { ChatEvent, ToolCall } from '../../core/chat.js';
import type { StreamEncoder } from '../dialect.js';
import { jsonLine, NDJSON_TYPE } from '../ndjson.js';
import { createTextChunker, type TextChunk } from '../textChunker.js';
import { errorLine } from './errors.js';

export type DoneEvent = Extract<ChatEvent, { type: 'done' }>;

/** What every chunk of an answer needs. */
export interface ReplyContext {
  /** The client's string for the model, returned unchanged. */
  readonly model: string;
  readonly now: () => Date;
  /** Milliseconds since the request arrived, from a monotonic clock. */
  readonly elapsedMs: () => number;
  /** Where a stream has the tool calls of its answer. If absent, in the last line. */
  readonly callPlacement?: CallPlacement;
}

/**
 * `lastLine`: all calls of an answer together, as Ollama 0.34 does; litellm, Witsy's engine and ollama-rs lose calls otherwise.
 * `indexedLastLine`: the same, with `index` also beside `function`, for a client that reads it there.
 * `ownLines`: one call for each line, for clients that read only the first call of a line.
 */
export type CallPlacement = 'lastLine' | 'indexedLastLine' | 'ownLines';

/**
 * Zed (0.212 and later versions) reads only the first call of a line, and no text beside it. litellm joins all calls of a
 * stream that have no `index` beside `function`. Ollama4j (1.1.6) fails on every field of a call that Ollama does not send.
 */
export function callPlacementFor(userAgent: string): CallPlacement {
  if (userAgent.startsWith('Zed/')) return 'ownLines';
  return userAgent.startsWith('litellm/') ? 'indexedLastLine' : 'lastLine';
}

/** The fields in which the chunks of one route differ from those of the other. */
export interface ChunkFields {
  text(chunk: TextChunk): object;
  /** The fields of a chunk without text. @param calls in JSON, for the route that has calls */
  calls(calls: readonly object[]): object;
  /** Additional fields of the last chunk, between its reason and its statistics. */
  final(): object;
}

/** Clients refuse floats, and some take 0 for a missing value. */
function nanoseconds(ms: number): number {
  return Math.max(1, Math.round(ms * 1e6));
}

/** In Ollama's field order: `id` before `function`. llm.el (Emacs) reads the second field by its position. */
export function toolCallJson(call: ToolCall, index: number): object {
  return { id: call.id, function: { index, name: call.name, arguments: call.arguments } };
}

/** The fields at the beginning of every chunk. */
export function envelope(context: ReplyContext): { readonly model: string; readonly created_at: string } {
  return { model: context.model, created_at: context.now().toISOString() };
}

/** The fields at the end of the last chunk. @param additional fields before the statistics */
export function finalFields(done: DoneEvent, context: ReplyContext, additional: object): object {
  const { timings } = done;
  const load = nanoseconds(timings.loadMs);
  const prompt = nanoseconds(timings.promptMs);
  const output = nanoseconds(timings.outputMs);
  return {
    done: true,
    done_reason: done.reason === 'length' || done.reason === 'contextFull' ? 'length' : 'stop',
    ...additional,
    total_duration: Math.max(nanoseconds(context.elapsedMs()), load + prompt + output),
    load_duration: load,
    prompt_eval_count: done.usage.promptTokens,
    prompt_eval_cached_count: done.usage.cachedTokens,
    prompt_eval_duration: prompt,
    eval_count: done.usage.outputTokens,
    eval_duration: output,
  };
}

/** Encodes a streamed answer. No chunk has text beside a call: Zed and others would ignore the text. */
export function createEncoder(context: ReplyContext, fields: ChunkFields): StreamEncoder {
  const chunker = createTextChunker();
  let callCount = 0;
  const lastLineCalls: object[] = [];

  const chunk = (more: object): string => jsonLine({ ...envelope(context), ...more, done: false });
  const textChunks = (chunks: readonly TextChunk[]): string[] => chunks.map((one) => chunk(fields.text(one)));

  return {
    contentType: NDJSON_TYPE,
    event(event) {
      switch (event.type) {
        case 'text':
        case 'thinking':
          return textChunks(chunker.push(event.type, event.text));
        case 'toolCall': {
          const index = callCount;
          callCount += 1;
          const call = {
            ...toolCallJson(event.call, index),
            ...(context.callPlacement === 'indexedLastLine' ? { index } : {}),
          };
          if (context.callPlacement === 'ownLines') {
            return [...textChunks(chunker.flush()), chunk(fields.calls([call]))];
          }
          lastLineCalls.push(call);
          return [];
        }
        case 'usage':
          return [];
        case 'done':
          return [
            ...textChunks(chunker.flush()),
            jsonLine({
              ...envelope(context),
              ...fields.calls(lastLineCalls),
              ...finalFields(event, context, fields.final()),
            }),
          ];
      }
    },
    heartbeat: () => chunk(fields.calls([])),
    failure: (error) => jsonLine(errorLine(error)),
  };
}

/** The parts of a complete answer, each joined over all events. */
export interface CollectedAnswer {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly ToolCall[];
  readonly done: DoneEvent;
}

/**
 * Collects the events of a complete answer.
 * @throws RangeError when the last event is not `done`
 */
export function collectAnswer(events: readonly ChatEvent[]): CollectedAnswer {
  const done = events.at(-1);
  if (done?.type !== 'done') throw new RangeError('the last event of an answer must be "done"');
  const join = (type: 'text' | 'thinking'): string =>
    events.flatMap((event) => (event.type === type ? [event.text] : [])).join('');
  return {
    text: join('text'),
    thinking: join('thinking'),
    calls: events.flatMap((event) => (event.type === 'toolCall' ? [event.call] : [])),
    done,
  };
}
