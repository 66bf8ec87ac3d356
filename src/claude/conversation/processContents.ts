/**
 * The contents of a CLI process: its set-up, the client's tools and a conversation. All three can be changed while the
 * process runs (`docs/architecture.md`).
 */
import * as v from 'valibot';
import { DEFAULT_MODEL } from '../../core/backend.js';
import { ChatError } from '../../core/errors.js';
import type { JsonObject } from '../../core/json.js';
import { throwIfAborted, type Channel } from './channel.js';
import { CLIENT_TOOLS_PREFIX, workspaceInitialization } from './outgoing.js';
import { ProcessHistory } from './processHistory.js';
import {
  canonicalInitialization,
  canonicalOffer,
  canonicalSetup,
  changesVariables,
  INITIAL_SETUP,
  modelRequests,
  setupRequests,
  type Environment,
  type ProcessSetup,
} from './processSetup.js';
import type { Rewinds } from './rewinds.js';
import { ToolServer } from './toolServer.js';
import type { Traces } from './traces.js';
import type { Turn } from './transcript.js';
import type { UserSettings } from './userSettings.js';

/** How long the CLI may take for a rewind. It usually needs 1 to 35 milliseconds. */
const REWIND_MS = 3000;

const rewindAnswer = v.object({ rewound: v.literal(true) });

/** How long the CLI may take for one step, in milliseconds, and the end of waiting. */
interface Waiting {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What is known about a process when it starts. */
export interface ProcessOptions {
  /** The environment in which it was started. */
  readonly environment: Environment;
  /** See `requestSettings`. */
  readonly settings: Promise<UserSettings>;
  /** In the workspace lane only: what a removed conversation leaves. */
  readonly traces: Traces | undefined;
  /** See `ConversationOptions`. */
  readonly rewinds: Rewinds;
}

export class ProcessContents {
  readonly #channel: Channel;
  readonly #environment: Environment;
  readonly #rewinds: Rewinds;
  readonly #traces: Traces | undefined;
  /** The variables that the user's settings files set. */
  readonly #variables: Promise<Environment>;
  /** The id of the process's default model, see `requestSettings`. */
  readonly defaultModel: Promise<string | undefined>;
  readonly tools: ToolServer;
  readonly history = new ProcessHistory();
  #setup: ProcessSetup = INITIAL_SETUP;
  #conversations = 0;
  #rewindFailed = false;

  constructor(channel: Channel, { environment, settings, rewinds, traces }: ProcessOptions) {
    this.#channel = channel;
    this.#environment = environment;
    this.#rewinds = rewinds;
    this.#traces = traces;
    this.#variables = settings.then(({ variables }) => variables);
    this.defaultModel = settings.then(({ model }) => model);
    this.tools = new ToolServer(channel, traces === undefined ? '' : CLIENT_TOOLS_PREFIX);
  }

  /** The number of conversations so far, including the current one. */
  get conversations(): number {
    return this.#conversations;
  }

  /** Whether the CLI has failed to remove turns. The process must then not be used again. */
  get rewindFailed(): boolean {
    return this.#rewindFailed;
  }

  /** Whether turns can be removed so that nothing of them is left. */
  get canRewind(): boolean {
    return this.#rewinds.possible && this.#traces?.left !== true;
  }

  /**
   * Whether the process can be set up for another conversation with this set-up. In the workspace lane its first
   * conversation decides what is set when a process is initialized.
   */
  canServe(setup: ProcessSetup): boolean {
    if (this.#traces === undefined) return !this.tools.conflictsWith(setup.offer);
    return (
      this.#conversations === 0 || canonicalInitialization(this.#setup) === canonicalInitialization(setup)
    );
  }

  /**
   * Compares a request with the conversation.
   * @param turns the request's turns before its question
   * @returns `shared`: the number of equal turns at the beginning. `continues`: whether all turns of both are equal.
   */
  sharedTurns(setup: ProcessSetup, turns: readonly Turn[]): { shared: number; continues: boolean } {
    const same = canonicalSetup(this.#setup) === canonicalSetup(setup);
    const shared = same ? this.history.sharedWith(turns, setup.offer.tools) : 0;
    return { shared, continues: same && shared === turns.length && shared === this.history.length };
  }

  /** How much of the set-up a request would change: 0 for nothing, 2 if the tools change, 1 for anything else. */
  changesFor(setup: ProcessSetup): number {
    if (canonicalOffer(this.#setup.offer) !== canonicalOffer(setup.offer)) return 2;
    return canonicalSetup(this.#setup) === canonicalSetup(setup) ? 0 : 1;
  }

  /**
   * Gives a new process of the workspace lane its set-up. Call it once for each process.
   * @returns see `change`
   * @throws ChatError
   */
  async initialize(setup: ProcessSetup, waiting: Waiting): Promise<{ confirmed: Promise<unknown> }> {
    this.#conversations++;
    this.tools.recordOffer(setup.offer);
    this.#channel.control(workspaceInitialization(setup));
    // The model is set before the history is sent: the CLI writes a later change into the conversation.
    return this.#apply(setup, [INITIAL_SETUP, setup], waiting);
  }

  /**
   * Keeps the turns that a request shares with the conversation, and changes the set-up to what the request needs.
   * @returns `confirmed` settles when the CLI has confirmed the set-up. In the first conversation of a process the question
   *   may be sent before that: there is no earlier conversation that it could be mixed with.
   * @throws ChatError
   */
  async change(
    setup: ProcessSetup,
    turns: readonly Turn[],
    waiting: Waiting,
  ): Promise<{ confirmed: Promise<unknown> }> {
    const { timeoutMs, signal } = waiting;
    const { shared } = this.sharedTurns(setup, turns);
    if (shared < this.history.length) await this.rewind(shared);
    if (shared === 0) this.#conversations++;
    throwIfAborted(signal);
    await this.tools.offer(setup.offer, timeoutMs, signal);
    return this.#apply(setup, await this.#withDefaultModel(setup, timeoutMs, signal), waiting);
  }

  /**
   * Sends the control requests that change one set-up into another, and records the new one.
   * @param setup what the process has afterwards
   * @param fromTo the same change, with the model as the requests must name it
   */
  async #apply(
    setup: ProcessSetup,
    fromTo: readonly [ProcessSetup, ProcessSetup],
    { timeoutMs, signal }: Waiting,
  ): Promise<{ confirmed: Promise<unknown> }> {
    // In the workspace lane `set_model` would put the system prompt in the place of the CLI's own.
    const system = this.#traces === undefined ? {} : { system: '' };
    const [from, to] = [
      { ...fromTo[0], ...system },
      { ...fromTo[1], ...system },
    ];
    const hasVariables = changesVariables(from, to);
    const own = hasVariables ? await this.#channel.waitFor(this.#variables, timeoutMs, signal) : {};
    const requests = setupRequests(from, to, { ...this.#environment, ...own });
    this.#setup = setup;
    const confirmed = Promise.all(
      requests.map((request) => this.#channel.request(request, timeoutMs, signal)),
    );
    // If sending the question fails, that error is reported. Do not let this one become an unhandled rejection.
    confirmed.catch(() => undefined);
    // The CLI puts variables in force some milliseconds later.
    if (hasVariables || this.#conversations > 1) await confirmed;
    return { confirmed };
  }

  /**
   * The current set-up and the next one, with the default model's id where it must be set: for `set_model`, the name
   * `default` means the CLI's own default, not the user's.
   */
  async #withDefaultModel(
    next: ProcessSetup,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<[ProcessSetup, ProcessSetup]> {
    const current = this.#setup;
    const isSet = current.model !== next.model || current.system !== next.system;
    if (next.model !== DEFAULT_MODEL || !isSet) return [current, next];
    const id = (await this.#channel.waitFor(this.defaultModel, timeoutMs, signal)) ?? DEFAULT_MODEL;
    const named = (setup: ProcessSetup): ProcessSetup =>
      setup.model === DEFAULT_MODEL ? { ...setup, model: id } : setup;
    return [named(current), named(next)];
  }

  /**
   * The control requests that give the process the model of its set-up back, after another one was set.
   * @throws ChatError if the CLI does not report its default model in time
   */
  async restoringRequests(timeoutMs: number): Promise<readonly JsonObject[]> {
    const { model, system } = this.#setup;
    if (model !== DEFAULT_MODEL) return modelRequests({ model, system });
    const id = (await this.#channel.waitFor(this.defaultModel, timeoutMs)) ?? DEFAULT_MODEL;
    return modelRequests({ model: id, system });
  }

  /**
   * Removes this turn and all later ones. Stops an answer that is being generated.
   * @throws ChatError `cliFailed` if the CLI fails to do so; the process must then not be used again
   */
  async rewind(turn: number): Promise<void> {
    const cut = this.history.cutAt(turn);
    if (cut === undefined) return;
    const request = {
      subtype: 'rewind_conversation',
      target_message_uuid: cut.target,
      last_seen_user_message_uuid: cut.last,
      interrupt_if_running: true,
    };
    const answer = await this.#channel.request(request, REWIND_MS).catch((error: unknown) => {
      if (!this.#channel.process.alive) throw error;
    });
    if (v.is(rewindAnswer, answer)) return this.#rewinds.record('succeeded');
    this.#rewindFailed = true;
    this.#rewinds.record('failed');
    // The CLI's answer contains the user's text: it must not appear in an error or a log.
    throw new ChatError('cliFailed', 'The Claude CLI could not remove a conversation. Try again.');
  }
}
