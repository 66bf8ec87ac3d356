/** What the answers of `/api/chat` and `/api/generate` have in common: chunks, their order, and the numbers at the end. */
import type { ChatEvent, ToolCall } from '../../core/chat.js';
import type { StreamEncoder } from '../dialect.js';
import { jsonLine, NDJSON_TYPE } from '../ndjson.js';
import { createTextChunker, type TextChunk } from '../textChunker.js';
import { errorLine } from './errors.js';

export type DoneEvent = Extract<ChatEvent, { type: 'done' }>;

/** What every chunk of an answer needs. */
export interface ReplyContext {
  /** The client's string for the model, given back as it came. */
  readonly model: string;
  /** The wall clock. */
  readonly now: () => Date;
  /** Milliseconds since the request came, never running backwards. */
  readonly elapsedMs: () => number;
}

/** How a route words what its chunks carry. */
export interface ChunkShape {
  words(words: TextChunk): object;
  /** One call; the index counts from 0 in each answer. */
  call(call: ToolCall, index: number): object;
  /** A chunk that says nothing. */
  readonly silent: object;
  /** What the last chunk has between its reason and its numbers. */
  last(): object;
}

/** Clients refuse floats and take 0 for "missing". */
function nanoseconds(ms: number): number {
  return Math.max(1, Math.round(ms * 1e6));
}

/** Ollama's field order; `id` before `function` and nothing else, which some clients depend on. */
export function wireCall(call: ToolCall, index: number): object {
  return { id: call.id, function: { index, name: call.name, arguments: call.arguments } };
}

/** The fields with which every chunk begins. */
export function opening(context: ReplyContext): { readonly model: string; readonly created_at: string } {
  return { model: context.model, created_at: context.now().toISOString() };
}

/** The fields with which an answer ends. */
export function ending(done: DoneEvent, context: ReplyContext, last: object): object {
  const { loadMs, promptMs, outputMs } = done.timings;
  return {
    done: true,
    done_reason: done.reason === 'length' ? 'length' : 'stop',
    ...last,
    total_duration: nanoseconds(Math.max(context.elapsedMs(), loadMs + promptMs + outputMs)),
    load_duration: nanoseconds(loadMs),
    prompt_eval_count: done.usage.promptTokens,
    prompt_eval_duration: nanoseconds(promptMs),
    eval_count: done.usage.outputTokens,
    eval_duration: nanoseconds(outputMs),
  };
}

/**
 * Chunks of a streamed answer. A call is a chunk of its own, because clients lose text beside calls and all calls of a
 * chunk but the first.
 */
export function answerEncoder(context: ReplyContext, shape: ChunkShape): StreamEncoder {
  const speech = createTextChunker();
  let calls = 0;

  const chunk = (fields: object): string => jsonLine({ ...opening(context), ...fields, done: false });
  const say = (words: readonly TextChunk[]): string[] => words.map((piece) => chunk(shape.words(piece)));

  return {
    contentType: NDJSON_TYPE,
    event(event) {
      switch (event.type) {
        case 'text':
        case 'thinking':
          return say(speech.say(event.type, event.text));
        case 'toolCall': {
          const line = chunk(shape.call(event.call, calls));
          calls += 1;
          return [...say(speech.flush()), line];
        }
        case 'usage':
          return [];
        case 'done':
          return [
            ...say(speech.flush()),
            jsonLine({ ...opening(context), ...shape.silent, ...ending(event, context, shape.last()) }),
          ];
      }
    },
    heartbeat: () => chunk(shape.silent),
    failure: (error) => jsonLine(errorLine(error)),
  };
}

/** All that an answer said. */
export interface Whole {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly ToolCall[];
  readonly done: DoneEvent;
}

/** Puts an answer together. @param events the last one is `done` */
export function wholeOf(events: readonly ChatEvent[]): Whole {
  const done = events.at(-1);
  if (done?.type !== 'done') throw new RangeError('the answer has no end');
  const join = (type: 'text' | 'thinking'): string =>
    events.flatMap((event) => (event.type === type ? [event.text] : [])).join('');
  return {
    text: join('text'),
    thinking: join('thinking'),
    calls: events.flatMap((event) => (event.type === 'toolCall' ? [event.call] : [])),
    done,
  };
}
