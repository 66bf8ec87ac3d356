/** Reads the CLI messages of one answer and yields its events. */
import type { PlanUsage } from '../../core/planUsage.js';
import type { BackendObserver } from '../../core/backend.js';
import type { ChatEvent, ChatRequest, Timings, ToolCall } from '../../core/chat.js';
import { badRequest } from '../../core/errors.js';
import type { ResultMessage } from '../process/incoming.js';
import { clientNameOf } from '../tools/offeredTool.js';
import { DeferralCheck } from '../turn/deferralCheck.js';
import { PermissionCheck } from '../turn/permissionCheck.js';
import { planUsageOf } from '../turn/planUsage.js';
import { OutputLimit } from '../turn/outputLimit.js';
import { REQUESTING, TurnClock } from '../turn/timings.js';
import { ToolRounds } from '../turn/toolRounds.js';
import type { TurnReader } from '../turn/turnReader.js';
import { STRUCTURED_OUTPUT_TOOL } from '../turn/structuredOutput.js';
import type { TurnEnd } from '../turn/turnOutput.js';
import type { WorkspaceServices } from '../workspace/lanes.js';
import type { Channel } from './channel.js';
import type { ToolNames } from './toolNames.js';
import { toolsMissing } from './toolServer.js';
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
  const startOutput = (): OutputLimit =>
    new OutputLimit(request.stop, localLimit(request.maxTokens, options));
  let output = startOutput();
  const isBuffered = request.buffered === true;
  /** The events of a buffered answer: another attempt replaces them if the connection breaks. */
  let kept: ChatEvent[] = [];
  /** The same before the limits of the request were applied. */
  let unlimited: ChatEvent[] = [];
  const rounds = new ToolRounds({
    isClientTool: (tool) => names.isClientTool(tool),
    progress: (use) => services?.progress(use),
  });
  const deferral = new DeferralCheck((tool) => clientNameIn(request, tool, names));
  const permission =
    services &&
    new PermissionCheck({
      isClientTool: (tool) => names.isClientTool(tool),
      wasAsked: (callId) => services.gate.wasAsked(callId),
    });
  let text = '';
  const calls: ToolCall[] = [];
  const turnClock = new TurnClock(clock, options.started);
  let early: TurnEnd | undefined;
  for (let wait = options.reactionMs; ; wait = rounds.running ? TOOLS_MS : options.silenceMs) {
    const message = await channel.next(early === undefined ? wait : RESULT_MS, options.signal);
    turnClock.read(message);
    if (message.type === 'system' && message.subtype === 'init') checkTools(message.tools, request, names);
    deferral.read(message);
    permission?.read(message);
    if (message.type === 'system' && message.subtype === REQUESTING) observer.requestSent();
    if (message.type === 'rate_limit_event') options.onPlanUsage(planUsageOf(message.rate_limit_info));
    let step = rounds.read(message, reader.read(message));
    if (message.type === 'system' && message.subtype === 'api_retry') {
      observer.retrying(message.retry_delay_ms ?? 0);
    }
    const { restarts = false, takesBack = 0 } = step;
    if (restarts || takesBack > 0) {
      const valid = restarts ? [] : withoutEnd(unlimited, takesBack);
      rounds.continueAfter(textOf(valid));
      step = { ...step, events: [...valid, ...step.events] };
      output = startOutput();
      kept = [];
      unlimited = [];
      text = '';
    }
    if (isBuffered) unlimited.push(...step.events);
    let { end } = step;
    for (const event of output.apply(step)) {
      if (event.type === 'limitReached') {
        const { type: _type, ...reached } = event;
        end = { ...reached, usage: reader.usageAtLimit(output.tokens) };
        break;
      }
      if (event.type === 'text') text += event.text;
      if (event.type === 'toolCall') calls.push(event.call);
      if (event.type === 'thinking' && request.thinking?.show !== true) continue;
      const shown = withBareName(event, names);
      if (!isBuffered) yield shown;
      else {
        kept.push(shown);
        if (shown.type !== 'usage') observer.answering(shown.type === 'thinking' ? 'thinking' : 'answer');
      }
    }
    if (step.early !== undefined) {
      early = step.early;
      // If the CLI cannot be kept from asking the model again, its result is not waited for.
      if (gate?.closed !== true) end ??= early;
    }
    if (end === undefined) continue;
    if (end.result) options.onResult(end.result);
    if (exceedsLimit(end, request.maxTokens, options)) end = { ...end, reason: 'length' };
    if (reader.rejected === undefined) yield* kept;
    return { ...end, text, calls, timings: turnClock.end() };
  }
}

/** The events without the last characters of their text. */
function withoutEnd(events: readonly ChatEvent[], characters: number): ChatEvent[] {
  let left = textOf(events).length - characters;
  return events.map((event) => {
    if (event.type !== 'text') return event;
    const text = event.text.slice(0, Math.max(0, left));
    left -= event.text.length;
    return { type: 'text', text };
  });
}

function textOf(events: readonly ChatEvent[]): string {
  return events.map((event) => (event.type === 'text' ? event.text : '')).join('');
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

/** The client's name of a tool of the request; `undefined` for other tools. */
function clientNameIn({ tools }: ChatRequest, apiName: string, names: ToolNames): string | undefined {
  const offered = tools.find((tool) => names.apiName(tool.name) === apiName);
  return offered && clientNameOf(offered);
}

/** The event with the tool's name without a prefix. */
function withBareName(event: ChatEvent, names: ToolNames): ChatEvent {
  if (event.type !== 'toolCall') return event;
  return { type: 'toolCall', call: { ...event.call, name: names.clientName(event.call.name) } };
}

/** @throws ChatError if the CLI has left out one of the client's tools, so that the model would not know it */
function checkTools(listed: readonly string[] | undefined, request: ChatRequest, names: ToolNames): void {
  if (listed === undefined) return;
  const missing = request.tools.filter((tool) => !listed.includes(names.apiName(tool.name)));
  if (missing.length > 0) throw toolsMissing(missing);
  if (request.format === undefined || listed.includes(STRUCTURED_OUTPUT_TOOL)) return;
  throw badRequest(
    'The Claude CLI does not take the JSON Schema of the answer (the format of the request), so the answer could not ' +
      'match it. Simplify the schema.',
  );
}
