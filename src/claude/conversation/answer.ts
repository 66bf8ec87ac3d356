/** Reads the messages of one answer, and passes its events on. */
import type { PlanUsage } from '../../core/planUsage.js';
import type { BackendObserver } from '../../core/backend.js';
import type { ChatEvent, ChatRequest, Timings, ToolCall } from '../../core/chat.js';
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

export interface AnswerOptions {
  readonly clock: () => number;
  readonly onResult: (result: ResultMessage) => void;
  readonly onPlanUsage: (planUsage: PlanUsage) => void;
  readonly reactionMs: number;
  readonly silenceMs: number;
  readonly side: WorkspaceServices | undefined;
  readonly names: ToolNames;
  /** When the request came, by the clock. */
  readonly started: number;
  readonly signal: AbortSignal;
  readonly listener: BackendObserver;
}

/** How an answer ended, and what the client has of it. The calls have the names that the model knows. */
export interface AnswerEnd extends TurnEnd {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly timings: Timings;
}

/** The `system` message that comes just before a request leaves for the API. */
const REQUESTING = 'status';

/** While a tool of the CLI runs, or the user is asked, the CLI need not say anything. Milliseconds. */
const TOOLS_MS = 24 * 60 * 60_000;

/** @throws ChatError when the turn failed */
export async function* readAnswer(
  channel: Channel,
  reader: TurnReader,
  request: ChatRequest,
  options: AnswerOptions,
): AsyncGenerator<ChatEvent, AnswerEnd, void> {
  const { clock, names, side, listener } = options;
  const output = new OutputLimit(request.stop, request.maxTokens);
  const rounds = new ToolRounds({
    isClientTool: (tool) => names.isClients(tool),
    progress: (use) => side?.progress(use),
  });
  let text = '';
  const calls: ToolCall[] = [];
  let firstEvent = clock();
  for (let wait = options.reactionMs; ; wait = rounds.running ? TOOLS_MS : options.silenceMs) {
    const message = await channel.next(wait, options.signal);
    if (message.type === 'system' && message.subtype === REQUESTING) listener.requestSent();
    if (message.type === 'rate_limit_event') options.onPlanUsage(planUsageOf(message.rate_limit_info));
    const step = rounds.read(message, reader.read(message));
    if (text === '' && calls.length === 0) firstEvent = clock();
    let { end } = step;
    for (const event of output.apply(step)) {
      if (event.type === 'limitReached') {
        end = reader.endAtLimit(event, output.tokens);
        break;
      }
      if (event.type === 'text') text += event.text;
      if (event.type === 'toolCall') calls.push(event.call);
      if (event.type !== 'thinking' || request.thinking?.show === true) yield named(event, names);
    }
    if (end === undefined) continue;
    if (end.result) options.onResult(end.result);
    const timings = turnTimings(end.result, { started: options.started, firstEvent, now: clock() });
    return { ...end, text, calls, timings };
  }
}

/** Calls by the names that the client gave its tools. */
function named(event: ChatEvent, names: ToolNames): ChatEvent {
  if (event.type !== 'toolCall') return event;
  return { type: 'toolCall', call: { ...event.call, name: names.own(event.call.name) } };
}
