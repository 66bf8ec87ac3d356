/** Requests for several choices: independent answers in one reply. OpenAI's `n`, and the prompts of `/v1/completions`. */
import type { ChatEvent, Usage } from '../../core/chat.js';
import type { Json } from '../../core/json.js';
import type { ReplyEvent, StreamEncoder } from '../dialect.js';
import type { Fields } from '../json/fields.js';
import { SSE_COMMENT, SSE_TYPE, sseFrame } from '../sse.js';
import { CodedError, errorBody } from './errors.js';
import { NO_USAGE, type ReplyContext, STREAM_END } from './reply.js';

/** How many choices a reply has: `perPrompt` for each of the `prompts`, in this order. */
export interface ChoiceCount {
  readonly prompts: number;
  readonly perPrompt: number;
}

/** `ReplyContext` of the routes whose replies have choices. */
export interface ChoicesContext extends ReplyContext {
  readonly count: ChoiceCount;
}

/** The maximum for one request. Each choice costs as much as a request of its own. */
const MAX_CHOICES = 8;

/** As a number: also text, because forms send what users type. `undefined` for anything else. */
function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : undefined;
}

/**
 * Reads `n`. As in Ollama, which does not know the field, a value below 1 or of another type counts as absent.
 * @param prompts how many prompts the request has
 * @throws CodedError 400 for a fraction above 1, and for more choices than the maximum
 */
export function readChoices(fields: Fields, prompts = 1): ChoiceCount {
  const n = numberOf(fields.value('n'));
  const perPrompt = n !== undefined && n > 1 ? n : 1;
  const total = perPrompt * prompts;
  if (total > MAX_CHOICES) {
    const requested = [
      ...(prompts === 1 ? [] : [`${prompts} prompts`]),
      ...(perPrompt === 1 ? [] : [`n is ${perPrompt}`]),
    ].join(', ');
    throw new CodedError(
      'unsupported_value',
      perPrompt === 1 ? 'prompt' : 'n',
      `A request gets at most ${MAX_CHOICES} answers (${requested}). Send several requests instead.`,
    );
  }
  if (!Number.isInteger(perPrompt)) {
    throw new CodedError('unsupported_value', 'n', `n must be a whole number from 1 to ${MAX_CHOICES}.`);
  }
  return { prompts, perPrompt };
}

/** The total of the choices. As OpenAI does, counts each prompt once. @param usages of the choices, by their index */
function totalUsage(usages: readonly Usage[], { perPrompt }: ChoiceCount): Usage {
  return usages.reduce((total, usage, index) => {
    const isFirst = index % perPrompt === 0;
    return {
      promptTokens: total.promptTokens + (isFirst ? usage.promptTokens : 0),
      cachedTokens: total.cachedTokens + (isFirst ? usage.cachedTokens : 0),
      outputTokens: total.outputTokens + usage.outputTokens,
    };
  }, NO_USAGE);
}

/** The choices of a complete reply. */
export interface CompleteChoices {
  /** The events of each choice, by its index. */
  readonly choices: readonly (readonly ChatEvent[])[];
  readonly usage: Usage;
}

/** Sorts the events of a complete reply by choice. */
export function completeChoices(events: readonly ReplyEvent[], count: ChoiceCount): CompleteChoices {
  const choices = Array.from({ length: count.prompts * count.perPrompt }, (_, index) =>
    events.filter(({ choice = 0 }) => choice === index),
  );
  const usages = choices.map((all) => all.find((event) => event.type === 'done')?.usage ?? NO_USAGE);
  return { choices, usage: totalUsage(usages, count) };
}

/** How a route writes a stream of choices. */
export interface ChoiceFrames {
  /** Creates the encoder of the choice with this index, which returns the frames for each of its events. */
  readonly choiceEncoder: (index: number) => (event: ChatEvent) => readonly string[];
  /** The frames with the token counts of the reply; may be empty. */
  readonly usageFrames: (usage: Usage) => readonly string[];
}

/** Encodes a stream of choices. After the end of the last one come the token counts and `[DONE]`, both once. */
export function choicesEncoder(
  count: ChoiceCount,
  { choiceEncoder, usageFrames }: ChoiceFrames,
): StreamEncoder {
  const encoders = Array.from({ length: count.prompts * count.perPrompt }, (_, index) =>
    choiceEncoder(index),
  );
  const usages: Usage[] = encoders.map(() => NO_USAGE);
  let running = encoders.length;
  return {
    contentType: SSE_TYPE,
    event(event) {
      const { choice = 0 } = event;
      const frames = encoders[choice]?.(event) ?? [];
      if (event.type !== 'done') return frames;
      usages[choice] = event.usage;
      running -= 1;
      return running > 0 ? frames : [...frames, ...usageFrames(totalUsage(usages, count)), STREAM_END];
    },
    heartbeat: () => SSE_COMMENT,
    failure: (error) => sseFrame(errorBody(error)),
  };
}
