/**
 * One CLI process and the conversation in it. A process of the chat lane serves any number of conversations, one after
 * the other: it is set up for each request, continues or rewinds its conversation, and is emptied when that is over
 * (`docs/architecture.md`). A process of the workspace lane serves one.
 */
import { randomUUID } from 'node:crypto';
import type { PlanUsage } from '../../core/planUsage.js';
import type { BackendObserver } from '../../core/backend.js';
import type { ChatEvent, ChatRequest } from '../../core/chat.js';
import { asChatError, ChatError, type ErrorKind } from '../../core/errors.js';
import type { ResultMessage } from '../process/incoming.js';
import type { ClaudeProcess } from '../process/process.js';
import { StructuredAnswer } from '../turn/structuredOutput.js';
import { TurnReader } from '../turn/turnReader.js';
import { CostCounter } from '../turn/usage.js';
import type { WorkspaceServices } from '../workspace/lanes.js';
import { readAnswer } from './answer.js';
import { Channel, refuseAborted, type ControlAnswer } from './channel.js';
import { answerControlRequest } from './controlRequests.js';
import { askModels, initializeChat, initializeWorkspace, warmUp, type ListedModel } from './initialize.js';
import { CLIENT_TOOLS_PREFIX, userLine, withContext } from './outgoing.js';
import { ProcessContents } from './processContents.js';
import { setupFor } from './processSetup.js';
import { replayHistory } from './replayHistory.js';
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

/** Failures behind which the CLI itself may be out of order. */
const USELESS_AFTER: ReadonlySet<ErrorKind> = new Set(['timeout', 'cliFailed', 'internal']);

/** What is asked in a turn. */
interface Question {
  /** With the editor's context, for the model. */
  readonly asked: UserTurn;
  /** As the client has it. */
  readonly last: UserTurn;
  /** When the request came, by the clock. */
  readonly started: number;
  /** Settles when the CLI has confirmed the set-up. */
  readonly confirmed: Promise<unknown>;
}

export class Conversation {
  readonly #channel: Channel;
  readonly #options: ConversationOptions;
  readonly contents: ProcessContents;
  #state: ConversationState = 'new';
  #emptied: Promise<void> = Promise.resolve();
  /** The id of the question before. */
  #earlier: string | undefined;
  readonly #cost = new CostCounter();
  /** The model refused an answer: the CLI's later requests differ from those of a new process in a header. */
  #refused = false;

  constructor(process: ClaudeProcess, options: ConversationOptions) {
    this.#options = options;
    const { side } = options;
    const answer: ControlAnswer = (message, signal) =>
      answerControlRequest(message, { client: this.contents.tools, gate: side?.gate }, signal);
    this.#channel = new Channel(process, answer, options.onDeath);
    this.contents = new ProcessContents(this.#channel, side === undefined ? '' : CLIENT_TOOLS_PREFIX);
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

  /** The models that the CLI offers. Leaves the process as it is. @throws ChatError */
  models(): Promise<readonly ListedModel[]> {
    return askModels(this.#channel, this.#options.reactionMs);
  }

  /** Prepares an empty process, so that its first question leaves sooner. */
  warmUp(): void {
    if (this.#state === 'empty') warmUp(this.#channel);
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
      const { confirmed } = await this.#prepare(request, turns, { isNew, signal });
      this.#options.side?.gate.startTurn(request, listener);
      const asked = await this.#addContext(last);
      refuseAborted(signal);
      yield* this.#answer(request, { asked, last, started, confirmed }, signal, listener);
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

  /** Makes the process hold exactly what comes before the question. See `ProcessContents.change` for what it returns. */
  async #prepare(
    request: ChatRequest,
    turns: readonly Turn[],
    { isNew, signal }: { isNew: boolean; signal: AbortSignal },
  ): Promise<{ confirmed: Promise<unknown> }> {
    const { tools, history } = this.contents;
    const timeoutMs = this.#options.reactionMs;
    const setup = setupFor(request);
    let confirmed: Promise<unknown> = Promise.resolve();
    if (isNew) {
      this.contents.assume(setup);
      initializeWorkspace(this.#channel, request, tools.names);
    } else ({ confirmed } = await this.contents.change(setup, turns, { timeoutMs, signal }));
    this.#channel.begin();
    const missing = turns.slice(history.length);
    await replayHistory(this.#channel, history, missing, { names: tools.names, timeoutMs, signal });
    return { confirmed };
  }

  /** The editor's context is for the model only: the client's conversation has no part of it. */
  async #addContext(turn: UserTurn): Promise<UserTurn> {
    const { side } = this.#options;
    return side === undefined ? turn : withContext(turn, () => side.editorContext());
  }

  async *#answer(
    request: ChatRequest,
    { asked, last, started, confirmed }: Question,
    signal: AbortSignal,
    listener: BackendObserver,
  ): AsyncGenerator<ChatEvent, void, void> {
    const uuid = randomUUID();
    const { history, tools } = this.contents;
    const { names } = tools;
    const isClientTool = names.isClients.bind(names);
    const structured = request.format && new StructuredAnswer(request.format);
    const previousUuid = this.#earlier;
    const reader = new TurnReader({ uuid, previousUuid, structured, isClientTool, now: Date.now });
    this.#earlier = uuid;
    this.#channel.begin();
    this.#channel.send(userLine(asked, history.callIds, { uuid, query: true }));
    history.addQuestion(last, uuid);
    const options = { ...this.#options, names, started, signal, listener };
    try {
      await confirmed;
      const end = yield* readAnswer(this.#channel, reader, request, options);
      this.#refused ||= reader.refused;
      const { text, calls, result, ...how } = end;
      // Behind a structured answer the CLI waits for the result of a call, which no client sends.
      if (result === undefined || !reader.continuable || request.format !== undefined) this.#giveUp();
      else {
        history.addAnswer(text, calls, names);
        this.#state = 'idle';
        this.#channel.rest();
      }
      yield { type: 'done', ...how, ...this.#cost.add(result) };
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
    this.#emptied = this.contents.rewind(0).then(emptied, () => {
      this.#state = 'spent';
    });
  }
}
