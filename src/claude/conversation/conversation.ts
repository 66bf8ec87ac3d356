/**
 * One CLI process and the conversation in it. A process of the chat lane serves any number of conversations, one after
 * the other: it is set up for each request, continues or rewinds its conversation, and is emptied when that is over
 * (`docs/architecture.md`). A process of the workspace lane serves one.
 */
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { PlanUsage } from '../../core/planUsage.js';
import type { BackendObserver } from '../../core/backend.js';
import type { ChatEvent, ChatRequest } from '../../core/chat.js';
import { asChatError, ChatError, type ErrorKind } from '../../core/errors.js';
import type { ResultMessage } from '../process/incoming.js';
import type { ClaudeProcess } from '../process/process.js';
import { StructuredAnswer } from '../turn/structuredOutput.js';
import { TurnReader } from '../turn/turnReader.js';
import type { WorkspaceServices } from '../workspace/lanes.js';
import { readAnswer } from './answer.js';
import { Channel, refuseAborted, type ControlAnswer } from './channel.js';
import { answerControlRequest } from './controlRequests.js';
import { askModels, initializeChat, initializeWorkspace, warmUp, type ListedModel } from './initialize.js';
import { CLIENT_TOOLS_PREFIX, userLine, withContext } from './outgoing.js';
import { ProcessHistory } from './processHistory.js';
import {
  canonicalOffer,
  canonicalSetup,
  INITIAL_SETUP,
  setupFor,
  setupRequests,
  type ProcessSetup,
} from './processSetup.js';
import { replayHistory } from './replayHistory.js';
import { ToolServer } from './toolServer.js';
import { toTurns, type Turn, type UserTurn } from './transcript.js';

export interface ConversationOptions {
  /** Monotonic, milliseconds. */
  readonly clock: () => number;
  /** Gets each result, for what it says about models. */
  readonly onResult: (result: ResultMessage) => void;
  /** Called when the process has ended while an answer was expected of it. */
  readonly onDeath: (error: ChatError) => void;
  /** Gets what the CLI hears of the plan's limits. */
  readonly onPlanUsage: (planUsage: PlanUsage) => void;
  /** How long the CLI may take to react at all, and then between two messages. Milliseconds. */
  readonly reactionMs: number;
  readonly silenceMs: number;
  /** In the workspace lane only. */
  readonly side: WorkspaceServices | undefined;
}

/**
 * `new`: nothing was written to the process. `empty`: it can take any conversation. `busy`: it answers. `idle`: it holds
 * a conversation whose last turn ended well. `emptying`: its conversation is being taken away. `spent`: it must not be
 * used again.
 */
export type ConversationState = 'new' | 'empty' | 'busy' | 'idle' | 'emptying' | 'spent';

/** How long the CLI may take to take a conversation away. It needs 1 to 35 milliseconds. */
const REWIND_MS = 3000;

/** Failures behind which the CLI itself may be out of order. */
const USELESS_AFTER: ReadonlySet<ErrorKind> = new Set(['timeout', 'cliFailed', 'internal']);

const rewindAnswer = v.object({ rewound: v.literal(true) });

export class Conversation {
  readonly #channel: Channel;
  readonly #options: ConversationOptions;
  readonly #tools: ToolServer;
  readonly #history = new ProcessHistory();
  #setup: ProcessSetup = INITIAL_SETUP;
  #state: ConversationState = 'new';
  #emptied: Promise<void> = Promise.resolve();
  /** The id of the question before. */
  #earlier: string | undefined;
  #costUsd = 0;
  #served = 0;
  /** The model refused an answer: the CLI's later requests differ from those of a new process in a header. */
  #refused = false;

  constructor(process: ClaudeProcess, options: ConversationOptions) {
    this.#options = options;
    const { side } = options;
    const answer: ControlAnswer = (message, signal) =>
      answerControlRequest(message, { client: this.#tools, gate: side?.gate }, signal);
    this.#channel = new Channel(process, answer, options.onDeath);
    this.#tools = new ToolServer(this.#channel, side === undefined ? '' : CLIENT_TOOLS_PREFIX);
    if (side === undefined) {
      initializeChat(this.#channel);
      this.#state = 'empty';
    }
  }

  get process(): ClaudeProcess {
    return this.#channel.process;
  }

  get state(): ConversationState {
    return this.process.alive ? this.#state : 'spent';
  }

  /** How many conversations the process has served. */
  get served(): number {
    return this.#served;
  }

  /** Roughly how much text the conversation has, in characters. */
  get size(): number {
    return this.#history.size;
  }

  /** The models that the CLI offers. Leaves the process as it is. @throws ChatError */
  models(): Promise<readonly ListedModel[]> {
    return askModels(this.#channel, this.#options.reactionMs);
  }

  /** Prepares an empty process, so that its first question leaves sooner. */
  warmUp(): void {
    if (this.#state === 'empty') warmUp(this.#channel);
  }

  /**
   * How many turns of a request the process need not be given, because its conversation begins with them. All of the
   * conversation: it is continued. Fewer: it is rewound to there.
   * @param turns the request's turns before its question
   */
  sharedTurns(setup: ProcessSetup, turns: readonly Turn[]): { shared: number; continues: boolean } {
    const same = this.state === 'idle' && canonicalSetup(this.#setup) === canonicalSetup(setup);
    const shared = same ? this.#history.sharedWith(turns) : 0;
    return { shared, continues: same && shared === turns.length && shared === this.#history.length };
  }

  /** How much of the set-up a request would change: nothing, what one message changes, or the tools. */
  changesFor(setup: ProcessSetup): number {
    if (canonicalOffer(this.#setup.offer) !== canonicalOffer(setup.offer)) return 2;
    return canonicalSetup(this.#setup) === canonicalSetup(setup) ? 0 : 1;
  }

  /** Whether the CLI can offer these tools as they are described. */
  canOffer(setup: ProcessSetup): boolean {
    return !this.#tools.conflictsWith(setup.offer);
  }

  /**
   * Asks the last turn of the request, after making sure that the process holds exactly what comes before it. Leaving the
   * iteration early or aborting cancels the answer; the process is then emptied.
   * @throws ChatError
   */
  async *ask(
    request: ChatRequest,
    signal: AbortSignal,
    listener: BackendObserver,
  ): AsyncGenerator<ChatEvent, void, void> {
    const turns = toTurns(request.messages);
    const last = turns.pop();
    refuseAborted(signal);
    if (last?.role !== 'user' || !['new', 'empty', 'idle'].includes(this.#state)) {
      throw new ChatError('internal', `a process was asked while it is ${this.#state}`);
    }
    const isNew = this.#state === 'new';
    this.#state = 'busy';
    const started = this.#options.clock();
    let failure: ChatError | undefined;
    try {
      if (isNew) this.#initializeFor(request);
      if (this.#options.side === undefined) await this.#setUp(setupFor(request), turns, signal);
      const { names } = this.#tools;
      const timeoutMs = this.#options.reactionMs;
      const missing = turns.slice(this.#history.length);
      this.#channel.begin();
      await replayHistory(this.#channel, this.#history, missing, { names, timeoutMs, signal });
      this.#options.side?.gate.startTurn(request, listener);
      const asked = await this.#addContext(last);
      refuseAborted(signal);
      yield* this.#answer(request, { asked, last, started }, signal, listener);
    } catch (error) {
      failure = asChatError(error);
      throw error;
    } finally {
      this.#channel.withdraw();
      if (this.#state === 'busy') this.#giveUp(failure);
    }
  }

  /** Takes the conversation away. Settles when the process is empty or spent. Never rejects. */
  empty(): Promise<void> {
    if (this.#state === 'idle') this.#startEmptying();
    return this.#emptied;
  }

  /** Ends the process in a bounded time. */
  end(): Promise<void> {
    this.#state = 'spent';
    return this.process.end();
  }

  #initializeFor(request: ChatRequest): void {
    this.#tools.assume({ tools: request.tools, answerSchema: undefined });
    initializeWorkspace(this.#channel, request, this.#tools.names);
  }

  /** Leaves what the request's turns share with the conversation, and changes the set-up to what the request needs. */
  async #setUp(setup: ProcessSetup, turns: readonly Turn[], signal: AbortSignal): Promise<void> {
    const { reactionMs } = this.#options;
    const same = canonicalSetup(this.#setup) === canonicalSetup(setup);
    const shared = same ? this.#history.sharedWith(turns) : 0;
    if (shared < this.#history.length) await this.#rewindTo(shared);
    if (shared === 0) this.#served++;
    refuseAborted(signal);
    await this.#tools.offer(setup.offer, reactionMs, signal);
    const requests = setupRequests(this.#setup, setup);
    this.#setup = setup;
    await Promise.all(requests.map((request) => this.#channel.request(request, reactionMs, signal)));
  }

  /** Takes the turns from that one on away. @throws ChatError when the CLI does not, so that the process is of no use */
  async #rewindTo(turn: number): Promise<void> {
    const cut = this.#history.cutAt(turn);
    if (cut === undefined) return;
    const answer = await this.#channel.request(
      {
        subtype: 'rewind_conversation',
        target_message_uuid: cut.target,
        last_seen_user_message_uuid: cut.last,
        interrupt_if_running: true,
      },
      REWIND_MS,
    );
    // The answer holds the user's words: it must not get into an error or a log.
    if (!v.is(rewindAnswer, answer)) {
      this.#state = 'spent';
      throw new ChatError('cliFailed', 'The Claude CLI could not leave a conversation. Try again.');
    }
  }

  /** The editor's context is for the model only: the client's conversation has no part of it. */
  async #addContext(turn: UserTurn): Promise<UserTurn> {
    const { side } = this.#options;
    return side === undefined ? turn : withContext(turn, () => side.editorContext());
  }

  async *#answer(
    request: ChatRequest,
    { asked, last, started }: { asked: UserTurn; last: UserTurn; started: number },
    signal: AbortSignal,
    listener: BackendObserver,
  ): AsyncGenerator<ChatEvent, void, void> {
    const uuid = randomUUID();
    const { names } = this.#tools;
    const isClientTool = names.isClients.bind(names);
    const structured = request.format && new StructuredAnswer(request.format);
    const previousUuid = this.#earlier;
    const reader = new TurnReader({ uuid, previousUuid, structured, isClientTool, now: Date.now });
    this.#earlier = uuid;
    this.#channel.begin();
    this.#channel.send(userLine(asked, this.#history.callIds, { uuid, query: true }));
    this.#history.addQuestion(last, uuid);
    const options = { ...this.#options, names, started, signal, listener };
    try {
      const end = yield* readAnswer(this.#channel, reader, request, options);
      this.#refused ||= reader.refused;
      const { text, calls, result, ...how } = end;
      // Behind a structured answer the CLI waits for the result of a call, which no client sends.
      if (result === undefined || !reader.continuable || request.format !== undefined) this.#giveUp();
      else {
        this.#history.addAnswer(text, calls, names);
        this.#state = 'idle';
        this.#channel.rest();
      }
      yield { type: 'done', ...how, ...this.#cost(result) };
    } finally {
      this.#refused ||= reader.refused;
    }
  }

  /**
   * The answer was not read to its end, or the process holds what the client does not have.
   * @param failure why it was not read to its end
   */
  #giveUp(failure?: ChatError): void {
    const useless = this.#refused || (failure !== undefined && USELESS_AFTER.has(failure.kind));
    if (this.#options.side === undefined && !useless) this.#startEmptying();
    else {
      this.#channel.control({ subtype: 'interrupt', cancel_queued: true });
      this.#state = 'spent';
    }
  }

  #startEmptying(): void {
    this.#state = 'emptying';
    this.#channel.rest();
    const emptied = (): void => {
      if (this.#state === 'emptying') this.#state = 'empty';
    };
    this.#emptied = this.#rewindTo(0).then(emptied, () => {
      this.#state = 'spent';
    });
  }

  /** The CLI counts over the life of its process. */
  #cost(result: ResultMessage | undefined): { costUsd?: number } {
    const total = result?.total_cost_usd ?? undefined;
    if (total === undefined) return {};
    const costUsd = total - this.#costUsd;
    this.#costUsd = total;
    return { costUsd };
  }
}
