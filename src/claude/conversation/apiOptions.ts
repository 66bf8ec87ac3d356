/**
 * The options of a request that the API enforces, as fields of its body and as variables of the CLI
 * (`docs/compatibility.md`). Pure.
 */
import type { ChatRequest, Effort, Sampling } from '../../core/chat.js';
import type { JsonObject } from '../../core/json.js';
import { isCallSchema, STRUCTURED_OUTPUT_TOOL } from '../turn/structuredOutput.js';

/** The parameters that the API may refuse for a model. */
export type ApiParameter =
  'temperature' | 'top_p' | 'top_k' | 'stop_sequences' | 'tool_choice' | 'thinking' | 'effort';

/** What is known of a model. */
export interface ModelTraits {
  /** The full model id: `claude-sonnet-5-5`. If it is not known, the CLI's name. */
  readonly id: string;
  /** What the API has refused. */
  readonly refused: ReadonlySet<ApiParameter>;
}

export interface ApiOptions {
  /** Fields that are merged into the body of the API request. */
  readonly body: JsonObject;
  readonly thinkingOff: boolean;
  /** `null`: the default of the CLI. */
  readonly effort: Effort | null;
  /** The token limit at the API, including thinking. `null`: the default of the CLI. */
  readonly maxTokens: number | null;
}

/** The least number of tokens for thinking and an answer after it. With a lower limit, thinking would use up the answer. */
export const THINKING_TOKENS = 4096;

/** The options of a request in the workspace lane, where the CLI makes requests of its own kind. */
export function workspaceOptions({ thinking }: ChatRequest): ApiOptions {
  const effort = thinking?.effort ?? null;
  return { body: {}, thinkingOff: thinking?.mode === 'off', effort, maxTokens: null };
}

/** The options of a request in the chat lane. */
export function apiOptions(request: ChatRequest, { id, refused }: ModelTraits): ApiOptions {
  const { format, thinking, toolChoice: choice, maxTokens } = request;
  const mustThink = refused.has('thinking');
  // The API refuses a forced tool while the model thinks.
  const forced =
    !mustThink &&
    !refused.has('tool_choice') &&
    ((format !== undefined && thinking?.mode !== 'on') || choice?.required === true);
  const short = maxTokens !== undefined && maxTokens < THINKING_TOKENS;
  const thinkingOff =
    !mustThink && (forced || thinking?.mode === 'off' || (short && thinking?.mode !== 'on'));
  const stops = refused.has('stop_sequences') ? [] : apiStops(request);
  const body: JsonObject = {
    ...(refused.has('tool_choice') || (!forced && choice === undefined)
      ? {}
      : { tool_choice: toolChoice(request, forced) }),
    ...(stops.length === 0 ? {} : { stop_sequences: stops }),
    ...(thinkingOff && takesSampling(id) ? samplingFields(request.sampling ?? {}, id, refused) : {}),
  };
  const effort = refused.has('effort') ? null : (thinking?.effort ?? null);
  return {
    body,
    thinkingOff,
    effort,
    maxTokens: maxTokens === undefined ? null : limit(maxTokens, thinkingOff),
  };
}

/** Tokens for thinking are added to a limit that is too low for it. */
function limit(maxTokens: number, thinkingOff: boolean): number {
  return thinkingOff || maxTokens >= THINKING_TOKENS ? maxTokens : maxTokens + THINKING_TOKENS;
}

/**
 * The parameter that an error of the API is about, if the request set it.
 * @param message of an error 400
 */
export function refusedParameter(
  message: string,
  { body, thinkingOff, effort }: ApiOptions,
): ApiParameter | undefined {
  const set: readonly (readonly [ApiParameter, RegExp, boolean])[] = [
    ['tool_choice', /\btool_choice\b/, 'tool_choice' in body],
    ['stop_sequences', /\bstop_sequences\b/, 'stop_sequences' in body],
    ['top_p', /\btop_p\b/, 'top_p' in body],
    ['top_k', /\btop_k\b/, 'top_k' in body],
    ['temperature', /\btemperature\b/, 'temperature' in body],
    ['thinking', /\bthinking\b/, thinkingOff],
    ['effort', /\beffort\b/, effort !== null],
  ];
  return set.find(([, pattern, isSet]) => isSet && pattern.test(message))?.[0];
}

/** The `tool_choice` of the API. A structured answer is a tool call; if there are other tools, they may be called first. */
function toolChoice({ tools, toolChoice: choice, format }: ChatRequest, forced: boolean): JsonObject {
  const single = choice?.single === true ? { disable_parallel_tool_use: true } : {};
  if (!forced) return { type: 'auto', ...single };
  const onlyAnswer = tools.length === 0 || (format !== undefined && isCallSchema(format, tools));
  const name = choice?.name ?? (onlyAnswer ? STRUCTURED_OUTPUT_TOOL : undefined);
  return { ...(name === undefined ? { type: 'any' } : { type: 'tool', name }), ...single };
}

/**
 * The stop sequences that the API gets. It refuses empty and white-space ones. Where the model may call a tool it gets none:
 * they are for the text, but would also end the JSON of a call. The others are looked for in the text (`OutputLimit`).
 */
function apiStops({ stop, tools, format }: ChatRequest): readonly string[] {
  if (tools.length > 0 || format !== undefined) return [];
  return [...new Set(stop)].filter((sequence) => sequence.trim() !== '');
}

/** `claude-opus-4-6`, `claude-sonnet-4-5-20250929`, `claude-3-5-haiku-20241022`, with anything around it. */
const FAMILY_FIRST = /claude-[a-z]+-(\d+)(?:-(\d{1,2}))?(?!\d)/;
const VERSION_FIRST = /claude-(\d+)(?:-(\d{1,2}))?-[a-z]+/;

/** The version of a model: 4.6 is 406. */
function versionOf(id: string): number | undefined {
  const found = FAMILY_FIRST.exec(id) ?? VERSION_FIRST.exec(id);
  return found === null ? undefined : Number(found[1]) * 100 + Number(found[2] ?? 0);
}

/** Whether a model takes sampling parameters. The API refuses them for later models. */
function takesSampling(id: string): boolean {
  return (versionOf(id) ?? Infinity) <= 406;
}

/** From this version on, the API refuses `temperature` and `top_p` together. */
const ONE_OF_BOTH = 401;

function samplingFields(
  { temperature, topP, topK }: Sampling,
  id: string,
  refused: ReadonlySet<ApiParameter>,
): JsonObject {
  const both = temperature !== undefined && (versionOf(id) ?? 0) >= ONE_OF_BOTH;
  const fields: Readonly<Partial<Record<ApiParameter, number | undefined>>> = {
    // The API's range is 0 to 1. Ollama and OpenAI allow up to 2.
    temperature: temperature === undefined ? undefined : Math.min(1, Math.max(0, temperature)),
    top_p: both || topP === undefined || topP <= 0 || topP > 1 ? undefined : topP,
    // Zero and less mean no limit.
    top_k: topK === undefined || topK < 1 ? undefined : Math.floor(topK),
  };
  return Object.fromEntries(
    Object.entries(fields).filter(
      (field): field is [string, number] => field[1] !== undefined && !refused.has(field[0] as ApiParameter),
    ),
  );
}
