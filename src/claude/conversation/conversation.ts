/**
 * One CLI process and its conversation. In the chat lane a process serves many conversations, one after the other, and is
 * emptied after each (`docs/architecture.md`). In the workspace lane it serves one conversation.
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
import { readAnswer, type AnswerEnd } from './answer.js';
import { Channel, throwIfAborted, type ControlAnswer } from './channel.js';
import { answerControlRequest } from './controlRequests.js';
import {
  initializeChat,
  initializeWorkspace,
  requestModels,
  warmUp,
  type ListedModel,
} from './initialize.js';
import { CLIENT_TOOLS_PREFIX, userLine, withContext } from './outgoing.js';
import { ProcessContents } from './processContents.js';
import { setupFor, type Environment } from './processSetup.js';
import { replayHistory } from './replayHistory.js';
import { toTurns, type Turn, type UserTurn } from './transcript.js';

export interface ConversationOptions {
  /** Monotonic, milliseconds. */
  readonly clock: () => number;
  /** Called with each result, which has information about models. */
  readonly onResult: (result: ResultMessage) => void;
  /** Called when the process has ended while a message was awaited. */
  readonly onCrash: (error: ChatError) => void;
  /** Called when the CLI reports the plan's limits. */
  readonly onPlanUsage: (planUsage: PlanUsage) => void;
  /** How long the CLI may take until its first message. Milliseconds. */
  readonly reactionMs: number;
  /** How long the CLI may take between two messages. Milliseconds. */
  readonly silenceMs: number;
  /** The environment in which the process was started. */
  readonly environment: Environment;
  /** In the workspace lane only. */
  readonly services: WorkspaceServices | undefined;
}

/**
 * `new`: nothing was written to the process. `empty`: it is ready for any conversation. `busy`: it is answering. `idle`: it
 * holds a conversation whose last turn succeeded. `emptying`: its conversation is being removed. `spent`: it must not be used
 * again.
 */
export type ConversationState = 'new' | 'empty' | 'busy' | 'idle' | 'emptying' | 'spent';

/** Errors after which the process may be broken. */
const BREAKING_ERRORS: ReadonlySet<ErrorKind> = new Set(['timeout', 'cliFailed', 'internal']);

/** The user turn that a request sends. */
interface Question {
  /** The turn as the client sent it. */
  readonly turn: UserTurn;
  /** The turn with the editor's context, as the model gets it. */
  readonly turnWithContext: UserTurn;
  /** When the request arrived, by the clock. */
  readonly started: number;
  /** Settles when the CLI has confirmed the set-up of the process. */
  readonly confirmed: Promise<unknown>;
}

export class Conversation {
  readonly #channel: Channel;
  readonly #options: ConversationOptions;
  readonly contents: ProcessContents;
  #state: ConversationState;
  #emptied: Promise<void> = Promise.resolve();
  /** The id of the previous question. */
  #previousUuid: string | undefined;
  readonly #cost = new CostCounter();
  /** Whether the model has refused an answer. Then a header of later requests differs from that of a new process. */
  #refused = false;

  constructor(process: ClaudeProcess, options: ConversationOptions) {
    this.#options = options;
    const { services, environment } = options;
    const answer: ControlAnswer = (message, signal) =>
      answerControlRequest(message, { client: this.contents.tools, gate: services?.gate }, signal);
    this.#channel = new Channel(process, answer, options.onCrash);
    const isChat = services === undefined;
    const toolPrefix = isChat ? '' : CLIENT_TOOLS_PREFIX;
    const defaultModel = isChat ? initializeChat(this.#channel) : Promise.resolve(undefined);
    this.contents = new ProcessContents(this.#channel, { toolPrefix, environment, defaultModel });
    this.#state = isChat ? 'empty' : 'new';
  }

  get process(): ClaudeProcess {
    return this.#channel.process;
  }

  get state(): ConversationState {
    return this.process.alive ? this.#state : 'spent';
  }

  /** Lists the models of the CLI. Call it while the process is empty. @throws ChatError */
  models(): Promise<readonly ListedModel[]> {
    return requestModels(this.#channel, this.contents, this.#options.reactionMs);
  }

  /** Prepares an empty process, so that its first question is sent sooner. */
  warmUp(): void {
    if (this.#state === 'empty') warmUp(this.#channel);
  }

  /**
   * Gives the process exactly the earlier turns of the request, then sends the last turn and yields the answer. Aborting, or
   * ending the iteration early, cancels the answer and empties the process.
   * @throws ChatError
   */
  async *ask(
    request: ChatRequest,
    signal: AbortSignal,
    observer: BackendObserver,
  ): AsyncGenerator<ChatEvent, void, void> {
    const turns = toTurns(request.messages);
    const turn = turns.pop();
    throwIfAborted(signal);
    if (turn?.role !== 'user' || !['new', 'empty', 'idle'].includes(this.#state)) {
      throw new ChatError('internal', `a process got a request while ${this.#state}`);
    }
    const isNew = this.#state === 'new';
    this.#state = 'busy';
    const started = this.#options.clock();
    let failure: ChatError | undefined;
    try {
      const { confirmed } = await this.#prepare(request, turns, { isNew, signal });
      this.#options.services?.gate.startTurn(request, observer);
      const turnWithContext = await this.#addContext(turn);
      throwIfAborted(signal);
      yield* this.#answer(request, { turn, turnWithContext, started, confirmed }, signal, observer);
    } catch (error) {
      failure = asChatError(error);
      throw error;
    } finally {
      this.#channel.abortControlRequests();
      if (this.#state === 'busy') this.#abandon(failure);
    }
  }

  /** Removes the conversation. Settles when the process is empty or spent. Never rejects. */
  empty(): Promise<void> {
    if (this.#state === 'idle') this.#startEmptying();
    return this.#emptied;
  }

  /** Ends the process in a bounded time. */
  end(): Promise<void> {
    this.#state = 'spent';
    return this.process.end();
  }

  /** Gives the process exactly the turns before the question. For the result see `ProcessContents.change`. */
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
      this.contents.recordSetup(setup);
      initializeWorkspace(this.#channel, request);
    } else ({ confirmed } = await this.contents.change(setup, turns, { timeoutMs, signal }));
    this.#channel.startTurn();
    const missing = turns.slice(history.length);
    await replayHistory(this.#channel, history, missing, { names: tools.names, timeoutMs, signal });
    return { confirmed };
  }

  /** Adds the editor's context, which is for the model only: it is not part of the client's conversation. */
  async #addContext(turn: UserTurn): Promise<UserTurn> {
    const { services } = this.#options;
    return services === undefined ? turn : withContext(turn, () => services.editorContext());
  }

  async *#answer(
    request: ChatRequest,
    { turn, turnWithContext, started, confirmed }: Question,
    signal: AbortSignal,
    observer: BackendObserver,
  ): AsyncGenerator<ChatEvent, void, void> {
    const uuid = randomUUID();
    const { history, tools } = this.contents;
    const isClientTool = tools.names.isClientTool.bind(tools.names);
    const structured = request.format && new StructuredAnswer(request.format);
    const previousUuid = this.#previousUuid;
    const api = { ...this.#options, stderr: () => this.process.stderr, now: Date.now };
    const reader = new TurnReader({ uuid, previousUuid, structured, isClientTool, ...api });
    this.#previousUuid = uuid;
    this.#channel.startTurn();
    this.#channel.send(userLine(turnWithContext, history.callIds, { uuid, query: true }));
    history.addQuestion(turn, uuid);
    const options = { ...this.#options, names: tools.names, started, signal, observer };
    let end: AnswerEnd;
    try {
      await confirmed;
      end = yield* readAnswer(this.#channel, reader, request, options);
    } finally {
      this.#refused ||= reader.refused;
    }
    const { text, calls, result, ...outcome } = end;
    // After a structured answer of the chat lane the CLI waits for a tool result, which no client sends.
    const waits = request.format !== undefined && request.lane === 'chat';
    if (result === undefined || !reader.continuable || waits) this.#abandon();
    else {
      history.addAnswer(text, calls, tools.names);
      this.#state = 'idle';
      this.#channel.ignoreMessages();
    }
    yield { type: 'done', ...outcome, ...this.#cost.add(result) };
  }

  /**
   * Empties or ends the process after an answer that cannot be continued.
   * @param failure why the answer was not read to its end
   */
  #abandon(failure?: ChatError): void {
    const unusable = this.#refused || (failure !== undefined && BREAKING_ERRORS.has(failure.kind));
    if (this.#options.services === undefined && !unusable) this.#startEmptying();
    else {
      this.#channel.control({ subtype: 'interrupt', cancel_queued: true });
      this.#state = 'spent';
    }
  }

  #startEmptying(): void {
    this.#state = 'emptying';
    this.#channel.ignoreMessages();
    const emptied = (): void => {
      if (this.#state === 'emptying') this.#state = 'empty';
    };
    this.#emptied = this.contents.rewind(0).then(emptied, () => {
      this.#state = 'spent';
    });
  }
}
