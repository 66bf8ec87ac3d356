/**
 * What a chat process is set up with, and what a request needs. All of it can be changed while the process runs. Pure.
 */
import type { ChatRequest, Effort, ToolSpec } from '../../core/chat.js';
import { canonicalJson, type Json, type JsonObject } from '../../core/json.js';
import { objectSchema, STRUCTURED_OUTPUT_TOOL } from '../turn/structuredOutput.js';

/** The tools that the model may call: the client's, and the one that takes a structured answer. */
export interface ToolOffer {
  readonly tools: readonly ToolSpec[];
  /** The schema of that tool. */
  readonly answerSchema: JsonObject | undefined;
}

export interface ProcessSetup {
  /** Empty for none. */
  readonly system: string;
  /** As the CLI names it. */
  readonly model: string;
  readonly offer: ToolOffer;
  /** The JSON Schema of a structured answer, an object. */
  readonly answerSchema: JsonObject | undefined;
  readonly showThinking: boolean;
  /** `null` leaves it to the CLI. */
  readonly effort: Effort | null;
  /** Fields that are merged into the body of the API request. */
  readonly extraBody: JsonObject;
  readonly thinkingOff: boolean;
}

/** The set-up of a process that has just been started. */
export const INITIAL_SETUP: ProcessSetup = {
  system: '',
  model: '',
  offer: { tools: [], answerSchema: undefined },
  answerSchema: undefined,
  showThinking: false,
  effort: null,
  extraBody: {},
  thinkingOff: false,
};

/**
 * The set-up that a request needs. In the workspace lane the CLI gets the schema of a structured answer when its process
 * starts, and offers a tool of its own for it.
 */
export function setupFor(request: ChatRequest): ProcessSetup {
  const { format, lane, system, model, thinking, tools } = request;
  const answerSchema = format && objectSchema(format);
  // The API refuses a forced tool while the model thinks.
  const forced = lane === 'chat' && format !== undefined && thinking?.show !== true;
  return {
    system,
    model,
    offer: { tools, answerSchema: lane === 'chat' ? answerSchema : undefined },
    answerSchema,
    showThinking: thinking?.show ?? false,
    effort: thinking?.effort ?? null,
    extraBody: forced ? { tool_choice: toolChoice(tools.length > 0) } : {},
    thinkingOff: forced,
  };
}

/** The model must give the structured answer; where it has other tools it may call them first. */
function toolChoice(hasTools: boolean): JsonObject {
  return hasTools ? { type: 'any' } : { type: 'tool', name: STRUCTURED_OUTPUT_TOOL };
}

/** An offer as a string that equals another's exactly when the offers are the same. */
export function canonicalOffer({ tools, answerSchema }: ToolOffer): string {
  return canonicalJson([
    tools.map((tool): Json => [tool.name, tool.description, tool.parameters]),
    answerSchema ?? null,
  ]);
}

/**
 * The part of a set-up that the whole conversation shares, as a string. Another model, system prompt or set of tools is
 * another conversation: the CLI would write the change into this one, or the API's cache of the prompt would be lost.
 */
export function canonicalSetup(setup: ProcessSetup): string {
  return canonicalJson([
    setup.model,
    setup.system,
    setup.showThinking,
    canonicalOffer(setup.offer),
    setup.answerSchema ?? null,
  ]);
}

/**
 * The control requests that change one set-up into another, in the order in which the CLI must get them. Tools are
 * changed apart (see `ToolServer`).
 */
export function setupRequests(from: ProcessSetup, to: ProcessSetup): JsonObject[] {
  const requests: JsonObject[] = [];
  // An agent's empty prompt is the only way back to no system prompt at all.
  if ((from.system === '') !== (to.system === '')) {
    requests.push(settings({ agent: to.system === '' ? null : BLANK_AGENT }));
  }
  if (from.model !== to.model || from.system !== to.system) {
    const system = to.system === '' ? {} : { system_prompt: to.system };
    requests.push({ subtype: 'set_model', model: to.model, ...system });
  }
  if (from.showThinking !== to.showThinking) {
    requests.push({
      subtype: 'set_max_thinking_tokens',
      max_thinking_tokens: null,
      thinking_display: to.showThinking ? 'summarized' : null,
    });
  }
  if (from.effort !== to.effort) requests.push(settings({ effortLevel: to.effort }));
  const env = changedVariables(from, to);
  if (Object.keys(env).length > 0) requests.push(settings({ env }));
  return requests;
}

/** The agent whose presence lets the system prompt be taken away again. */
export const BLANK_AGENT = 'blank';

function settings(changed: JsonObject): JsonObject {
  return { subtype: 'apply_flag_settings', settings: changed };
}

/** Variables are taken back by the empty string. */
function changedVariables(from: ProcessSetup, to: ProcessSetup): JsonObject {
  const before = variables(from);
  const after = variables(to);
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value));
}

function variables({ extraBody, thinkingOff }: ProcessSetup): Readonly<Record<string, string>> {
  return {
    CLAUDE_CODE_EXTRA_BODY: Object.keys(extraBody).length === 0 ? '' : JSON.stringify(extraBody),
    CLAUDE_CODE_DISABLE_THINKING: thinkingOff ? '1' : '',
  };
}
