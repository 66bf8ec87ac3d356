/**
 * One process with one conversation in it. Sets it up, gives it its history, asks, reads the answer. Knows what the
 * process has seen; who may continue it is the pool's business.
 */
import { randomUUID } from 'node:crypto';
import type { Allowance } from '../../core/allowance.js';
import type { ChatListener } from '../../core/backend.js';
import type { ChatEvent, ChatRequest, ToolCall } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import { allowanceOf } from '../turn/allowance.js';
import { CLIENT_TOOLS_PREFIX, userLine, withContext } from './outgoing.js';
import { Channel, refuseAborted, type ControlAnswer } from './channel.js';
import { answerControlRequest } from './controlRequests.js';
import type { WorkspaceServices } from '../workspace/lanes.js';
import type { ResultMessage } from '../process/incoming.js';
import type { ClaudeProcess } from '../process/process.js';
import { canonicalSetup, toTurns, type Turn, type UserTurn } from './transcript.js';
import { OutputLimit } from '../turn/outputLimit.js';
import { replayHistory } from './replayHistory.js';
import { ProcessHistory } from './processHistory.js';
import { askModels, warmUp, initialize, type ListedModel } from './initialize.js';
import { StructuredAnswer } from '../turn/structuredOutput.js';
import { turnTimings } from '../turn/timings.js';
import { ToolNames } from './toolNames.js';
import { ToolRounds } from '../turn/toolRounds.js';
import { TurnReader } from '../turn/turnReader.js';

export interface ConversationOptions {
  /** Monotonic, milliseconds. */
  readonly clock: () => number;
  /** Told each result, for what it says about models. */
  readonly onResult: (result: ResultMessage) => void;
  /** Told when the process has ended while something was wanted of it. */
  readonly onDeath: (error: ChatError) => void;
  /** Told what the CLI hears of the plan's limits. */
  readonly onAllowance: (allowance: Allowance) => void;
  /** How long the CLI may take to react at all, and then between two messages. Milliseconds. */
  readonly reactionMs: number;
  readonly silenceMs: number;
  /** In the workspace lane only. */
  readonly side: WorkspaceServices | undefined;
}

/**
 * `fresh`: nothing was written to the process. `prepared`: it is set up, its conversation is empty. `idle`: its last
 * turn ended well. `spent`: it must not be asked again.
 */
export type ConversationState = 'fresh' | 'prepared' | 'busy' | 'idle' | 'spent';

/** The `system` message that comes just before a request leaves for the API. */
const REQUESTING = 'status';

/** While one of its tools runs, or the person is asked, the CLI need not say anything. Milliseconds. */
const TOOLS_MS = 24 * 60 * 60_000;

export class Conversation {
  readonly #channel: Channel;
  readonly #options: ConversationOptions;
  #state: ConversationState = 'fresh';
  #tools: ChatRequest['tools'] = [];
  #names = new ToolNames([]);
  #setup = '';
  readonly #seen = new ProcessHistory();
  /** The id of the question before. */
  #earlier: string | undefined;
  #effort: string | null = null;
  #costUsd = 0;

  constructor(process: ClaudeProcess, options: ConversationOptions) {
    this.#options = options;
    const answer: ControlAnswer = (message, signal) =>
      answerControlRequest(
        message,
        { tools: this.#tools, names: this.#names, gate: options.side?.gate },
        signal,
      );
    this.#channel = new Channel(process, answer, options.onDeath);
  }

  get process(): ClaudeProcess {
    return this.#channel.process;
  }

  get state(): ConversationState {
    return this.process.alive ? this.#state : 'spent';
  }

  /** The models the CLI offers. Leaves a fresh process fresh. @throws ChatError */
  models(): Promise<readonly ListedModel[]> {
    return askModels(this.#channel, this.#options.reactionMs);
  }

  /**
   * Sets a fresh process up for requests like this one. Cannot be done twice.
   * @param ahead also does what is done once in a conversation, before there is a question
   */
  prepare(request: ChatRequest, ahead: boolean): void {
    this.#tools = request.tools;
    this.#names = new ToolNames(request.tools, this.#options.side === undefined ? '' : CLIENT_TOOLS_PREFIX);
    this.#setup = canonicalSetup(request);
    this.#state = 'prepared';
    initialize(this.#channel, request, this.#names);
    if (ahead) warmUp(this.#channel);
  }

  /** Whether this process is set up for such requests and has an empty conversation. */
  isPreparedFor(setup: string): boolean {
    return this.state === 'prepared' && this.#setup === setup;
  }

  /** Whether this process has seen exactly what the request holds before its last turn. */
  continues(setup: string, earlier: readonly string[]): boolean {
    return this.state === 'idle' && this.#setup === setup && this.#seen.equals(earlier);
  }

  /**
   * Asks the last turn of the request, after giving an empty conversation all that comes before it.
   * Leaving the iteration early or aborting ends the conversation.
   * @throws ChatError
   */
  async *ask(
    request: ChatRequest,
    signal: AbortSignal,
    listener: ChatListener,
  ): AsyncGenerator<ChatEvent, void, void> {
    const turns = toTurns(request.messages);
    const last = turns.pop();
    refuseAborted(signal);
    if (last?.role !== 'user' || this.#state === 'busy' || this.#state === 'spent') {
      throw new ChatError('internal', `a ${this.#state} conversation was asked`);
    }
    if (this.#state === 'fresh') this.prepare(request, false);
    const empty = this.#state === 'prepared';
    this.#state = 'busy';
    const started = this.#options.clock();
    try {
      this.#setEffort(request);
      if (empty) await this.#tell(turns, signal);
      const uuid = randomUUID();
      this.#options.side?.gate.startTurn(request, listener);
      const asked = await this.#addContext(last);
      refuseAborted(signal);
      const isClients = this.#names.isClients.bind(this.#names);
      const structured = request.format && new StructuredAnswer(request.format);
      const now = Date.now;
      const reader = new TurnReader({
        uuid,
        previousUuid: this.#earlier,
        structured,
        isClientTool: isClients,
        now,
      });
      this.#earlier = uuid;
      this.#channel.begin();
      this.#channel.send(userLine(asked, this.#seen.callIds, uuid, true));
      yield* this.#answer(request, last, reader, started, signal, listener);
    } finally {
      this.#channel.withdraw();
      if (this.#state === 'busy') {
        this.#interrupt();
        this.#state = 'spent';
      }
    }
  }

  /** What goes along is for the model's eyes: the conversation that the client has is the one without it. */
  async #addContext(turn: UserTurn): Promise<UserTurn> {
    const { side } = this.#options;
    return side === undefined ? turn : withContext(turn, () => side.editorContext());
  }

  async *#answer(
    request: ChatRequest,
    asked: UserTurn,
    reader: TurnReader,
    started: number,
    signal: AbortSignal,
    listener: ChatListener,
  ): AsyncGenerator<ChatEvent, void, void> {
    const output = new OutputLimit(request.stop, request.maxTokens);
    const rounds = new ToolRounds({
      isClientTool: (tool) => this.#names.isClients(tool),
      progress: (use) => this.#options.side?.progress(use),
    });
    let text = '';
    const calls: ToolCall[] = [];
    let firstEvent = this.#options.clock();
    for (let wait = this.#options.reactionMs; ; wait = rounds.running ? TOOLS_MS : this.#options.silenceMs) {
      const message = await this.#channel.next(wait, signal);
      if (message.type === 'system' && message.subtype === REQUESTING) listener.asked();
      if (message.type === 'rate_limit_event')
        this.#options.onAllowance(allowanceOf(message.rate_limit_info));
      const step = rounds.read(message, reader.read(message));
      if (text === '' && calls.length === 0) firstEvent = this.#options.clock();
      let { end } = step;
      for (const event of output.apply(step)) {
        if (event.type === 'limitReached') {
          end = reader.endAtLimit(event, output.tokens);
          break;
        }
        if (event.type === 'text') text += event.text;
        if (event.type === 'toolCall') calls.push(event.call);
        if (event.type !== 'thinking' || request.thinking?.show === true) yield this.#named(event);
      }
      if (end === undefined) continue;
      const { result, ...how } = end;
      if (result) this.#options.onResult(result);
      const timings = turnTimings(result, { started, firstEvent, now: this.#options.clock() });
      // Without a result the CLI is not done: it was cut short.
      if (result === undefined) this.#interrupt();
      else if (reader.continuable) {
        this.#seen.add(asked, text, calls, this.#names);
        this.#state = 'idle';
        this.#channel.rest();
      } else this.#state = 'spent';
      yield { type: 'done', ...how, timings, ...this.#cost(result) };
      return;
    }
  }

  /** Calls by the names that the client gave its tools. */
  #named(event: ChatEvent): ChatEvent {
    if (event.type !== 'toolCall') return event;
    return { type: 'toolCall', call: { ...event.call, name: this.#names.own(event.call.name) } };
  }

  /** Ends the process in a bounded time. */
  end(): Promise<void> {
    this.#state = 'spent';
    return this.process.end();
  }

  async #tell(earlier: readonly Turn[], signal: AbortSignal): Promise<void> {
    const { reactionMs } = this.#options;
    this.#seen.begin(earlier, await replayHistory(this.#channel, earlier, this.#names, reactionMs, signal));
  }

  /** Effort may change between turns. */
  #setEffort(request: ChatRequest): void {
    const effort = request.thinking?.effort ?? null;
    if (effort === this.#effort) return;
    this.#channel.control({ subtype: 'apply_flag_settings', settings: { effortLevel: effort } });
    this.#effort = effort;
  }

  /** The CLI counts over the life of its process. */
  #cost(result: ResultMessage | undefined): { costUsd?: number } {
    const total = result?.total_cost_usd ?? undefined;
    if (total === undefined) return {};
    const costUsd = total - this.#costUsd;
    this.#costUsd = total;
    return { costUsd };
  }

  #interrupt(): void {
    this.#channel.control({ subtype: 'interrupt', cancel_queued: true });
    this.#state = 'spent';
  }
}
