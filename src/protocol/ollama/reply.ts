/** Answers of `/api/chat`: chat events as chunks, or all of them as one object. */
import type { ChatEvent, ToolCall } from '../../core/chat.js';
import type { JsonObject } from '../../core/json.js';
import type { StreamEncoder } from '../dialect.js';
import { isHighSurrogate, jsonLine, NDJSON_TYPE, pieces, TEXT_PER_LINE } from '../ndjson.js';
import { errorLine } from './errors.js';

type DoneEvent = Extract<ChatEvent, { type: 'done' }>;

/** What every chunk of an answer needs. */
export interface ReplyContext {
  /** The client's string for the model, given back as it came. */
  readonly model: string;
  /** The wall clock. */
  readonly now: () => Date;
  /** Milliseconds since the request came, never running backwards. */
  readonly elapsedMs: () => number;
}

/** Ollama's field order; `id` before `function` and nothing else, which some clients depend on. */
function wireCall(call: ToolCall, index: number): object {
  return { id: call.id, function: { index, name: call.name, arguments: call.arguments } };
}

/** Clients refuse floats and take 0 for "missing". */
function nanoseconds(ms: number): number {
  return Math.max(1, Math.round(ms * 1e6));
}

function ending(done: DoneEvent, context: ReplyContext): object {
  const { loadMs, promptMs, outputMs } = done.timings;
  return {
    done: true,
    done_reason: done.reason === 'length' ? 'length' : 'stop',
    total_duration: nanoseconds(Math.max(context.elapsedMs(), loadMs + promptMs + outputMs)),
    load_duration: nanoseconds(loadMs),
    prompt_eval_count: done.usage.promptTokens,
    prompt_eval_duration: nanoseconds(promptMs),
    eval_count: done.usage.outputTokens,
    eval_duration: nanoseconds(outputMs),
  };
}

function opening(context: ReplyContext): { readonly model: string; readonly created_at: string } {
  return { model: context.model, created_at: context.now().toISOString() };
}

/**
 * Chunks of a streamed answer. A call is a chunk of its own, because clients lose text beside calls and all
 * calls of a chunk but the first. Half of a surrogate pair waits for its other half.
 */
export function chatEncoder(context: ReplyContext): StreamEncoder {
  let calls = 0;
  let half: { readonly type: 'text' | 'thinking'; readonly unit: string } | undefined;

  const chunk = (message: object): string =>
    jsonLine({ ...opening(context), message: { role: 'assistant', content: '', ...message }, done: false });
  const words = (type: 'text' | 'thinking', text: string): string =>
    chunk(type === 'text' ? { content: text } : { thinking: text });

  /** Ends a text of another type, or all text; what waits then is a lone half, and the client gets it. */
  const flush = (next?: 'text' | 'thinking'): string[] => {
    if (half === undefined || half.type === next) return [];
    const line = words(half.type, half.unit);
    half = undefined;
    return [line];
  };

  const say = (type: 'text' | 'thinking', more: string): string[] => {
    const before = flush(type);
    let text = (half?.unit ?? '') + more;
    half = undefined;
    if (text !== '' && isHighSurrogate(text.charCodeAt(text.length - 1))) {
      half = { type, unit: text.slice(-1) };
      text = text.slice(0, -1);
    }
    if (text === '') return before;
    return [...before, ...pieces(text, TEXT_PER_LINE).map((piece) => words(type, piece))];
  };

  return {
    contentType: NDJSON_TYPE,
    event(event) {
      switch (event.type) {
        case 'text':
        case 'thinking':
          return say(event.type, event.text);
        case 'toolCall': {
          const line = chunk({ tool_calls: [wireCall(event.call, calls)] });
          calls += 1;
          return [...flush(), line];
        }
        case 'done':
          return [
            ...flush(),
            jsonLine({
              ...opening(context),
              message: { role: 'assistant', content: '' },
              ...ending(event, context),
            }),
          ];
      }
    },
    heartbeat: () => chunk({}),
    failure: (error) => jsonLine(errorLine(error)),
  };
}

/** The whole answer as one JSON text. The last event is `done`. */
export function chatReply(events: readonly ChatEvent[], context: ReplyContext): string {
  let content = '';
  let thinking = '';
  const calls: object[] = [];
  let end: object = {};
  for (const event of events) {
    switch (event.type) {
      case 'text':
        content += event.text;
        break;
      case 'thinking':
        thinking += event.text;
        break;
      case 'toolCall':
        calls.push(wireCall(event.call, calls.length));
        break;
      case 'done':
        end = ending(event, context);
        break;
    }
  }
  const message = {
    role: 'assistant',
    content,
    ...(thinking === '' ? {} : { thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return JSON.stringify({ ...opening(context), message, ...end });
}

/** The answer to a chat without messages: the model is "loaded", or "unloaded". */
export function loadReply(reason: 'load' | 'unload', context: ReplyContext): JsonObject {
  return {
    ...opening(context),
    message: { role: 'assistant', content: '' },
    done: true,
    done_reason: reason,
  };
}
