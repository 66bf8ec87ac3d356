/**
 * One CLI process and its conversation. A process serves many conversations, one after the other, and is emptied after each
 * (`docs/architecture.md`). In the workspace lane it is ended instead if the conversation may have left something.
 */
import type { BackendObserver } from '../../core/backend.js';
import type { ChatEvent, ChatRequest } from '../../core/chat.js';
import { asChatError, ChatError, type ErrorKind } from '../../core/errors.js';
import type { CliMessage } from '../process/incoming.js';
import type { ClaudeProcess } from '../process/process.js';
import { ReplayFilter } from '../turn/replayFilter.js';
import { CostCounter } from '../turn/usage.js';
import { askModel, type Attempt, type PreparedProcess, type Question } from './askModel.js';
import { Channel, throwIfAborted } from './channel.js';
import type { ControlAnswer } from './channelOptions.js';
import { answerControlRequest } from './controlRequests.js';
import { initializeChat, requestModels, warmUp, type ListedModel } from './initialize.js';
import { withContext } from './outgoing.js';
import type { ConversationOptions } from './conversationOptions.js';
import { ProcessContents } from './processContents.js';
import { setupFor } from './processSetup.js';
import { replayHistory } from './replayHistory.js';
import { Retries } from './retries.js';
import { Traces } from './traces.js';
import { turnsOf, type Turn, type UserTurn } from './transcript.js';
import { TurnGate } from './turnGate.js';
import { requestSettings, requireHooks } from './userSettings.js';

/**
 * `new`: nothing was written to the process. `empty`: it is ready for any conversation. `busy`: it is answering. `idle`: it
 * holds a conversation whose last turn succeeded. `emptying`: its conversation is being removed. `spent`: it must not be used
 * again.
 */
export type ConversationState = 'new' | 'empty' | 'busy' | 'idle' | 'emptying' | 'spent';

/** Errors after which the process may be broken. */
const BREAKING_ERRORS: ReadonlySet<ErrorKind> = new Set(['timeout', 'cliFailed', 'internal']);

export class Conversation {
  readonly #channel: Channel;
  readonly #options: ConversationOptions;
  readonly contents: ProcessContents;
  /** In the chat lane only. */
  readonly #gate: TurnGate | undefined;
  #state: ConversationState;
  #emptied: Promise<void> = Promise.resolve();
  /** The id of the previous question. */
  #previousUuid: string | undefined;
  readonly #cost = new CostCounter();

  constructor(process: ClaudeProcess, options: ConversationOptions) {
    this.#options = options;
    const { services, environment, rewinds, version } = options;
    const answer: ControlAnswer = (message, signal) =>
      answerControlRequest(message, { client: this.contents.tools, gate: services?.gate }, signal);
    const observe = (message: CliMessage): void => traces?.observe(message);
    this.#channel = new Channel(process, { answer, observe, onCrash: options.onCrash });
    const isChat = services === undefined;
    if (isChat) initializeChat(this.#channel);
    const settings = requestSettings(this.#channel);
    const traces = isChat ? undefined : new Traces({ environment, settings, version });
    this.contents = new ProcessContents(this.#channel, { environment, settings, rewinds, traces });
    if (isChat) this.#gate = new TurnGate(this.#channel, environment);
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
    const all = turnsOf(request);
    const turns = all.slice(0, -1);
    const turn = all.at(-1);
    throwIfAborted(signal);
    if (turn?.role !== 'user' || !['new', 'empty', 'idle'].includes(this.#state)) {
      throw new ChatError('internal', `a process got a request while ${this.#state}`);
    }
    const isNew = this.#state === 'new';
    this.#state = 'busy';
    const started = this.#options.clock();
    const sent = new ReplayFilter();
    const retries = new Retries(request, this.#options.models);
    const attempt: Attempt = {};
    let failure: ChatError | undefined;
    try {
      for (;;) {
        try {
          const prepared = await this.#prepare(request, turns, { isNew, signal });
          this.#options.services?.gate.startTurn(request, observer);
          const turnWithContext = await this.#addContext(turn);
          throwIfAborted(signal);
          const question = { request, turn, turnWithContext, started, sent, signal, observer };
          return yield* this.#answer(prepared, question, attempt);
        } catch (error) {
          this.#previousUuid = attempt.uuid ?? this.#previousUuid;
          if (!retries.allow(asChatError(error), attempt)) throw error;
          if (request.buffered === true) sent.reset();
          else sent.restart();
        }
      }
    } catch (error) {
      failure = asChatError(error);
      throw error;
    } finally {
      this.#channel.abortControlRequests();
      if (this.#state === 'busy') this.#abandon(attempt, failure);
    }
  }

  /** Removes the conversation. Settles when the process is empty or spent. Never rejects. */
  empty(): Promise<void> {
    if (this.#state === 'idle' && this.contents.canRewind) this.#startEmptying();
    else if (this.#state === 'idle') this.#state = 'spent';
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
  ): Promise<PreparedProcess> {
    const { tools, history } = this.contents;
    const timeoutMs = this.#options.reactionMs;
    const { services } = this.#options;
    const setup = setupFor(request, this.#options.models.of(request.model));
    const waiting = { timeoutMs, signal };
    const begins = history.length === 0 || !this.contents.sharedTurns(setup, turns).continues;
    if (begins) services?.gate.forgetGrants();
    const settings = begins && services !== undefined ? requestSettings(this.#channel) : undefined;
    const { confirmed } = isNew
      ? await this.contents.initialize(setup, waiting)
      : await this.contents.change(setup, turns, waiting);
    if (settings !== undefined) requireHooks(await this.#channel.waitFor(settings, timeoutMs, signal));
    this.#gate?.open();
    this.#channel.startTurn();
    const missing = turns.slice(history.length);
    await replayHistory(this.#channel, history, missing, { names: tools.names, timeoutMs, signal });
    await this.#gate?.opened;
    const { contents } = this;
    return {
      channel: this.#channel,
      contents,
      gate: this.#gate,
      setup,
      confirmed,
      previousUuid: this.#previousUuid,
    };
  }

  /** Adds the editor's context, which is for the model only: it is not part of the client's conversation. */
  async #addContext(turn: UserTurn): Promise<UserTurn> {
    const { services } = this.#options;
    return services === undefined ? turn : withContext(turn, () => services.editorContext());
  }

  async *#answer(
    prepared: PreparedProcess,
    question: Question,
    attempt: Attempt,
  ): AsyncGenerator<ChatEvent, void, void> {
    const { request } = question;
    const { history, tools } = this.contents;
    const { text, calls, result, ...outcome } = yield* askModel(prepared, question, this.#options, attempt);
    // After a structured answer of the chat lane the CLI waits for a tool result, which no client sends.
    const waits = request.format !== undefined && request.lane === 'chat';
    if (result === undefined || attempt.reader?.continuable !== true || waits) this.#abandon(attempt);
    else {
      history.addAnswer(text, calls, tools.names);
      this.#state = 'idle';
      this.#channel.ignoreMessages();
      this.#gate?.open();
      this.#previousUuid = attempt.uuid;
    }
    yield { type: 'done', ...outcome, ...this.#cost.add(result) };
  }

  /**
   * Empties or ends the process after an answer that cannot be continued.
   * @param failure why the answer was not read to its end
   */
  #abandon({ reader, uuid }: Attempt, failure?: ChatError): void {
    this.#previousUuid = uuid ?? this.#previousUuid;
    const goesOn = reader?.goesOn === true;
    // An answer of the model that is an error leaves the process as it was.
    const breaks = failure !== undefined && BREAKING_ERRORS.has(failure.kind) && !goesOn;
    if (this.#gate !== undefined && !this.#gate.closed && goesOn) {
      this.process.terminateNow('SIGKILL');
      this.#state = 'spent';
    } else if (reader?.refused !== true && !breaks && this.contents.canRewind) this.#startEmptying();
    else {
      this.#channel.control({ subtype: 'interrupt', cancel_queued: true });
      this.#state = 'spent';
    }
  }

  #startEmptying(): void {
    this.#state = 'emptying';
    this.#channel.ignoreMessages();
    const emptied = (): void => {
      this.#gate?.open();
      // The answer that was stopped may have called another tool.
      if (this.#state === 'emptying') this.#state = this.contents.canRewind ? 'empty' : 'spent';
    };
    this.#emptied = this.contents.rewind(0).then(emptied, () => {
      this.#state = 'spent';
    });
  }
}
