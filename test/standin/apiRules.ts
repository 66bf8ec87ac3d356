/**
 * What the Messages API refuses with 400. The rules are those of the API's documentation and of public reports; each one
 * has the text that users see. The stand-in refuses the same, so that no test passes with a body that the API would refuse.
 */
import { messageRefusal } from './apiMessageRules.js';
import { toolRefusal } from './apiToolRules.js';
import type { MessagesBody } from './request.js';

/** From this version on, models take no sampling parameters: "`temperature` is deprecated for this model." */
const WITHOUT_SAMPLING = 4.7;

/** From this version on, models take `temperature` or `top_p`, not both. */
const ONE_SAMPLING_PARAMETER = 4.1;

/** From this version on, models do not continue an assistant message that the client has begun. */
const WITHOUT_PREFILL = 4.6;

/** Families that are newer than the versions above, whatever number their names have. */
const NEW_FAMILIES = /fable|mythos/;

const MAX_CACHE_BREAKPOINTS = 4;

/** The least budget of `thinking.type: "enabled"`, in tokens. */
const MIN_THINKING_BUDGET = 1024;

/** The API's error message for this body; `undefined` if the API accepts it. */
export function apiRefusal(body: MessagesBody): string | undefined {
  return (
    limitRefusal(body) ??
    samplingRefusal(body) ??
    thinkingRefusal(body) ??
    toolRefusal(body.tools ?? [], body['tool_choice']) ??
    cacheRefusal(body) ??
    messageRefusal(body.messages) ??
    prefillRefusal(body) ??
    unicodeRefusal(body)
  );
}

/** The version in a model's name, such as 4.5 or 5; 0 for a name without one. */
export function modelVersion(model: string): number {
  if (NEW_FAMILIES.test(model)) return Infinity;
  // A number of more digits is the date of a snapshot.
  const [, major, minor] = /-(\d{1,2})(?:-(\d{1,2}))?(?!\d)/.exec(model) ?? [];
  return major === undefined ? 0 : Number(`${major}.${minor ?? 0}`);
}

function limitRefusal({ max_tokens: maxTokens, ...body }: MessagesBody): string | undefined {
  if (maxTokens === undefined) return 'max_tokens: Field required';
  if (!Number.isInteger(maxTokens)) return 'max_tokens: Input should be a valid integer';
  if (maxTokens < 1) return 'max_tokens: Input should be greater than or equal to 1';
  const stop = body['stop_sequences'];
  if (stop === undefined) return undefined;
  if (!Array.isArray(stop) || stop.some((sequence) => typeof sequence !== 'string'))
    return 'stop_sequences: Input should be a valid list of strings';
  if (stop.some((sequence) => String(sequence).trim() === ''))
    return 'stop_sequences: each stop sequence must contain non-whitespace';
  return undefined;
}

function samplingRefusal(body: MessagesBody): string | undefined {
  const { temperature, top_p: topP, top_k: topK } = body as MessagesBody & Record<string, unknown>;
  const version = modelVersion(body.model);
  const changed = { temperature: temperature === 1 ? undefined : temperature, top_p: topP, top_k: topK };
  const [name] = Object.entries(changed).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  if (name === undefined) return undefined;
  if (version >= WITHOUT_SAMPLING) return `\`${name}\` is deprecated for this model.`;
  if (typeof temperature === 'number' && (temperature < 0 || temperature > 1))
    return 'temperature: range: 0..1';
  if (version >= ONE_SAMPLING_PARAMETER && temperature !== undefined && topP !== undefined)
    return '`temperature` and `top_p` cannot both be specified for this model. Please use only one.';
  if (isThinking(body) && changed.temperature !== undefined)
    return '`temperature` may only be set to 1 when thinking is enabled.';
  if (isThinking(body) && topK !== undefined) return '`top_k` must be unset when thinking is enabled.';
  return undefined;
}

function isThinking(body: MessagesBody): boolean {
  const { type } = (body['thinking'] ?? { type: 'disabled' }) as { readonly type: string };
  return type !== 'disabled';
}

function thinkingRefusal(body: MessagesBody): string | undefined {
  if (!isThinking(body)) return undefined;
  const choice = (body['tool_choice'] as { readonly type?: string } | undefined)?.type ?? 'auto';
  if (choice === 'any' || choice === 'tool')
    return 'Thinking may not be enabled when tool_choice forces tool use.';
  const { type, budget_tokens: budget = 0 } = body['thinking'] as { type: string; budget_tokens?: number };
  if (type !== 'enabled') return undefined;
  if (budget < MIN_THINKING_BUDGET)
    return `thinking.enabled.budget_tokens: Input should be greater than or equal to ${MIN_THINKING_BUDGET}`;
  return budget >= (body.max_tokens ?? 0)
    ? '`max_tokens` must be greater than `thinking.budget_tokens`.'
    : undefined;
}

function cacheRefusal({ system, tools, messages }: MessagesBody): string | undefined {
  const blocks = [
    ...(tools ?? []),
    ...(Array.isArray(system) ? (system as readonly object[]) : []),
    ...messages.flatMap(({ content }) => (Array.isArray(content) ? (content as readonly object[]) : [])),
  ];
  const lifetimes = blocks.flatMap((block) => {
    const { cache_control: control } = block as { cache_control?: { ttl?: string } | null };
    return control ? [control.ttl ?? '5m'] : [];
  });
  if (lifetimes.length > MAX_CACHE_BREAKPOINTS)
    return `A maximum of ${MAX_CACHE_BREAKPOINTS} blocks with cache_control may be provided. Found ${lifetimes.length}.`;
  return lifetimes.lastIndexOf('1h') > lifetimes.indexOf('5m') && lifetimes.includes('5m')
    ? "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block"
    : undefined;
}

function prefillRefusal({ model, messages }: MessagesBody): string | undefined {
  return messages.at(-1)?.role === 'assistant' && modelVersion(model) >= WITHOUT_PREFILL
    ? 'This model does not support assistant message prefill. The conversation must end with a user message.'
    : undefined;
}

/** Half of a surrogate pair: `JSON.stringify` escapes nothing else in this way. The text may contain escaped backslashes. */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f][0-9a-f]{2}/;

function unicodeRefusal(body: MessagesBody): string | undefined {
  return LONE_SURROGATE.test(JSON.stringify(body))
    ? 'The request body is not valid JSON: no low surrogate in string'
    : undefined;
}
