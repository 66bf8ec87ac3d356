/** Reads the CLI messages of one answer and yields its events. */
import type { PlanUsage } from '../../core/planUsage.js';
import type { BackendObserver } from '../../core/backend.js';
import type { ChatEvent, ChatRequest, Timings, ToolCall } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { ResultMessage } from '../process/incoming.js';
import { planUsageOf } from '../turn/planUsage.js';
import { OutputLimit } from '../turn/outputLimit.js';
import { turnTimings } from '../turn/timings.js';
import { ToolRounds } from '../turn/toolRounds.js';
import type { TurnReader } from '../turn/turnReader.js';
import type { TurnEnd } from '../turn/turnOutput.js';
import type { WorkspaceServices } from '../workspace/lanes.js';
import type { Channel } from './channel.js';
import type { ToolNames } from './toolNames.js';
import type { TurnGate } from './turnGate.js';

export interface AnswerOptions {
  readonly clock: () => number;
  readonly onResult: (result: ResultMessage) => void;
  readonly onPlanUsage: (planUsage: PlanUsage) => void;
  readonly reactionMs: number;
  readonly silenceMs: number;
  readonly services: WorkspaceServices | undefined;
  readonly names: ToolNames;
  /** When the request arrived, by `clock`. */
  readonly started: number;
  /** Whether the API enforces the token limit of the request, and counts exactly. */
  readonly limitedByApi: boolean;
  readonly signal: AbortSignal;
  /** Absent in the workspace lane, where the CLI asks the model as often as its tools need it. */
  readonly gate: TurnGate | undefined;
  readonly observer: BackendObserver;
}

/** How an answer ended, and what the client received. The calls have the API names of the tools. */
export interface AnswerEnd extends TurnEnd {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly timings: Timings;
}

/** The subtype of the `system` message that the CLI writes just before it sends a request to the API. */
const REQUESTING = 'status';

/** How long the CLI may take for its result after it was kept from asking the model again. Milliseconds. */
const RESULT_MS = 5000;

/** How long the CLI may be silent while one of its tools runs or a permission request is open. Milliseconds. */
const TOOLS_MS = 24 * 60 * 60_000;

/**
 * Yields the events of one answer and returns how it ended.
 * @throws ChatError if the turn fails
 */
export async function* readAnswer(
  channel: Channel,
  reader: TurnReader,
  request: ChatRequest,
  options: AnswerOptions,
): AsyncGenerator<ChatEvent, AnswerEnd, void> {
  const { clock, names, services, observer, gate } = options;
  const output = new OutputLimit(request.stop, localLimit(request.maxTokens, options));
  const rounds = new ToolRounds({
    isClientTool: (tool) => names.isClientTool(tool),
    progress: (use) => services?.progress(use),
  });
  let text = '';
  const calls: ToolCall[] = [];
  let firstEvent = clock();
  let early: TurnEnd | undefined;
  for (let wait = options.reactionMs; ; wait = rounds.running ? TOOLS_MS : options.silenceMs) {
    const message = await channel.next(early === undefined ? wait : RESULT_MS, options.signal);
    if (message.type === 'system' && message.subtype === 'init') checkTools(message.tools, request, names);
    if (message.type === 'system' && message.subtype === REQUESTING) observer.requestSent();
    if (message.type === 'rate_limit_event') options.onPlanUsage(planUsageOf(message.rate_limit_info));
    const step = rounds.read(message, reader.read(message));
    if (text === '' && calls.length === 0) firstEvent = clock();
    let { end } = step;
    for (const event of output.apply(step)) {
      if (event.type === 'limitReached') {
        const { type: _type, ...reached } = event;
        end = { ...reached, usage: reader.usageAtLimit(output.tokens) };
        break;
      }
      if (event.type === 'text') text += event.text;
      if (event.type === 'toolCall') calls.push(event.call);
      if (event.type !== 'thinking' || request.thinking?.show === true) yield withClientName(event, names);
    }
    if (step.early !== undefined) {
      early = step.early;
      // If the CLI cannot be kept from asking the model again, its result is not waited for.
      if (gate?.closed !== true) end ??= early;
    }
    if (end === undefined) continue;
    if (end.result) options.onResult(end.result);
    if (exceedsLimit(end, request.maxTokens, options)) end = { ...end, reason: 'length' };
    const timings = turnTimings(end.result, { started: options.started, firstEvent, now: clock() });
    return { ...end, text, calls, timings };
  }
}

/**
 * The estimated tokens of the text at which the answer is ended here. If the API enforces the limit, so many that only an API
 * that ignores it gets there: some gateways do.
 */
function localLimit(maxTokens: number | undefined, { limitedByApi }: AnswerOptions): number | undefined {
  return maxTokens === undefined || !limitedByApi ? maxTokens : 2 * maxTokens + 16;
}

/** Whether an answer that the model ended exceeds the limit, because the API has ignored it. */
function exceedsLimit(
  { reason, usage }: TurnEnd,
  maxTokens: number | undefined,
  { limitedByApi }: AnswerOptions,
): boolean {
  return limitedByApi && reason === 'stop' && maxTokens !== undefined && usage.outputTokens > maxTokens;
}

/** The event with the client's own tool name. */
function withClientName(event: ChatEvent, names: ToolNames): ChatEvent {
  if (event.type !== 'toolCall') return event;
  return { type: 'toolCall', call: { ...event.call, name: names.clientName(event.call.name) } };
}

/** @throws ChatError if the CLI has left out one of the client's tools, so that the model would not know it */
function checkTools(offered: readonly string[] | undefined, { tools }: ChatRequest, names: ToolNames): void {
  if (offered === undefined) return;
  // The CLI lists a tool `Agent` by its earlier name.
  const listed = new Set(offered.includes('Task') ? [...offered, 'Agent'] : offered);
  const missing = tools.filter((tool) => !listed.has(names.apiName(tool.name)));
  if (missing.length === 0) return;
  throw new ChatError(
    'badRequest',
    `The Claude CLI does not offer these tools to the model: ${missing.map((tool) => tool.name).join(', ')}. ` +
      'Check the JSON Schema of their parameters, and whether a permission rule in the settings of Claude denies them.',
  );
}
