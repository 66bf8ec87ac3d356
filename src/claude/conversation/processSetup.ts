/**
 * The set-up of a process: which one a request needs, and the control requests that change it while the process runs. Pure.
 */
import { DEFAULT_MODEL } from '../../core/backend.js';
import type { ChatRequest, ToolSpec } from '../../core/chat.js';
import { type Json, type JsonObject, jsonText } from '../../core/json.js';
import { joinParagraphs } from '../../core/conversation.js';
import { memoize } from '../../core/memoize.js';
import { toolChoiceInstruction } from '../../core/toolChoice.js';
import { apiOptions, workspaceOptions, type ApiOptions, type ModelTraits } from './apiOptions.js';
import { objectSchema } from '../turn/structuredOutput.js';

/** The tools that the model may call: the client's tools, and the tool for a structured answer. */
export interface ToolOffer {
  readonly tools: readonly ToolSpec[];
  /** The JSON Schema of the tool for a structured answer. */
  readonly answerSchema: JsonObject | undefined;
}

export interface ProcessSetup {
  /**
   * The system prompt; empty for none. In the workspace lane: what follows the CLI's own system prompt, and cannot be changed
   * in a running process.
   */
  readonly system: string;
  /** The CLI's name of the model. */
  readonly model: string;
  readonly offer: ToolOffer;
  /** The JSON Schema of a structured answer, an object. */
  readonly answerSchema: JsonObject | undefined;
  readonly showThinking: boolean;
  readonly api: ApiOptions;
}

/** The set-up of a process that has just been started. */
export const INITIAL_SETUP: ProcessSetup = {
  system: '',
  model: DEFAULT_MODEL,
  offer: { tools: [], answerSchema: undefined },
  answerSchema: undefined,
  showThinking: false,
  api: { body: {}, thinkingOff: false, effort: null, maxTokens: null },
};

/** The CLI takes a system prompt that begins with this for its own first line, and sends it in its place. */
const BILLING_HEADER = 'x-anthropic-billing-header:';

/**
 * The set-up that a request needs. In the workspace lane the CLI gets the JSON Schema of a structured answer when its
 * process starts, and provides the tool for it.
 */
export function setupFor(request: ChatRequest, traits?: ModelTraits): ProcessSetup {
  const api =
    request.lane === 'chat'
      ? apiOptions(request, traits ?? { id: request.model, refused: new Set() })
      : workspaceOptions(request);
  return { ...lastingSetup(request), api };
}

/** The parts of a set-up that stay for a whole conversation. */
const lastingSetup = memoize((request: ChatRequest): Omit<ProcessSetup, 'api'> => {
  const { format, lane, model, thinking, tools } = request;
  const answerSchema = format && objectSchema(format);
  return {
    system: systemPrompt(request),
    model,
    offer: { tools, answerSchema: lane === 'chat' ? answerSchema : undefined },
    answerSchema,
    showThinking: thinking?.show ?? false,
  };
});

function systemPrompt({ lane, system, toolChoice }: ChatRequest): string {
  if (lane === 'workspace') return joinParagraphs([system, toolChoiceInstruction(toolChoice)]);
  return system.startsWith(BILLING_HEADER) ? `\n${system}` : system;
}

/**
 * A string for comparing offers: equal for equal offers only. The order of keys counts: a model fills in the properties of a
 * schema in their order.
 */
export const canonicalOffer = memoize(({ tools, answerSchema }: ToolOffer): string => {
  return jsonText([
    tools.map((tool): Json => [tool.name, tool.description, tool.parameters]),
    answerSchema ?? null,
  ]);
});

/**
 * A string for comparing the parts of a set-up that must not change during a conversation. A request with another model,
 * system prompt or set of tools needs a new conversation: otherwise the CLI would write the change into the conversation, or
 * the API could not use its prompt cache.
 */
export const canonicalSetup = memoize((setup: ProcessSetup): string => {
  return jsonText([
    setup.model,
    setup.system,
    setup.showThinking,
    canonicalOffer(setup.offer),
    setup.answerSchema ?? null,
  ]);
});

/**
 * A string for comparing what a process of the workspace lane keeps of its first set-up. The CLI's own system prompt depends
 * on the model, and keeps parts of the first one.
 */
export const canonicalInitialization = memoize(
  ({ model, system, offer, answerSchema }: ProcessSetup): string => {
    return jsonText([model, system, canonicalOffer(offer), answerSchema ?? null]);
  },
);

/**
 * The control requests that change one set-up into another, in the order in which they must be sent. For the tools see
 * `ToolServer`.
 * @param inherited the environment in which the process was started: its own values are extended, and restored afterwards
 */
export function setupRequests(
  from: ProcessSetup,
  to: ProcessSetup,
  inherited: Environment = {},
): JsonObject[] {
  const requests: JsonObject[] = [];
  // A system prompt can only be removed by changing the agent.
  if ((from.system === '') !== (to.system === '')) {
    requests.push(settings({ agent: to.system === '' ? null : BLANK_AGENT }));
  }
  if (from.model !== to.model || from.system !== to.system) requests.push(...modelRequests(to));
  if (from.showThinking !== to.showThinking) {
    requests.push({
      subtype: 'set_max_thinking_tokens',
      max_thinking_tokens: null,
      thinking_display: to.showThinking ? 'summarized' : null,
    });
  }
  if (from.api.effort !== to.api.effort) requests.push(settings({ effortLevel: to.api.effort }));
  const env = changedVariables(from.api, to.api, inherited);
  if (Object.keys(env).length > 0) requests.push(settings({ env }));
  return requests;
}

/** The names that the CLI has for models: `opus`, `sonnet[1m]`. */
const CLI_MODEL_NAME = /^[a-z]+(?:\[1m\])?$/;

/** A name that the CLI accepts also where an organization allows only some models. */
const ANY_MODEL = 'default';

/**
 * Sets the model and the system prompt. For a full id, `set_model` makes the CLI send a request to the API to find out
 * whether the model exists. So the system prompt is set with another model, and then the id as a setting.
 */
export function modelRequests({ model, system }: Pick<ProcessSetup, 'model' | 'system'>): JsonObject[] {
  const prompt = system === '' ? {} : { system_prompt: system };
  if (CLI_MODEL_NAME.test(model)) return [{ subtype: 'set_model', model, ...prompt }];
  if (system === '') return [settings({ model })];
  return [{ subtype: 'set_model', model: ANY_MODEL, ...prompt }, settings({ model })];
}

/** The agent that is active while there is a system prompt; removing the agent removes the prompt. */
export const BLANK_AGENT = 'blank';

/** The control request that changes settings for this process. */
export function settings(changed: JsonObject): JsonObject {
  return { subtype: 'apply_flag_settings', settings: changed };
}

/** Whether the set-up changes variables, which the user may have set. */
export function changesVariables(from: ProcessSetup, to: ProcessSetup): boolean {
  return Object.keys(changedVariables(from.api, to.api, {})).length > 0;
}

/** Variables of the user's environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables to change. An empty string unsets a variable. */
function changedVariables(from: ApiOptions, to: ApiOptions, inherited: Environment): JsonObject {
  const before = variables(from, inherited);
  const after = variables(to, inherited);
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value));
}

function variables(
  { body, thinkingOff, maxTokens }: ApiOptions,
  inherited: Environment,
): Readonly<Record<string, string>> {
  const ownBody = inherited['CLAUDE_CODE_EXTRA_BODY'] ?? '';
  const changed = Object.keys(body).length > 0;
  return {
    CLAUDE_CODE_EXTRA_BODY: changed ? JSON.stringify({ ...parseBody(ownBody), ...body }) : ownBody,
    CLAUDE_CODE_DISABLE_THINKING: thinkingOff ? '1' : (inherited['CLAUDE_CODE_DISABLE_THINKING'] ?? ''),
    CLAUDE_CODE_MAX_OUTPUT_TOKENS:
      maxTokens === null ? (inherited['CLAUDE_CODE_MAX_OUTPUT_TOKENS'] ?? '') : String(maxTokens),
  };
}

/** The user's own fields. Empty if they are not a JSON object, which the CLI ignores, too. */
function parseBody(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
  } catch {
    return {};
  }
}
