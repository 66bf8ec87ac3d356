/** A process of the simulated CLI: it takes the time that the real one takes, and compares histories as the real one does. */
import type { BackendObserver } from '../../../src/core/backend.js';
import type { ChatEvent, ChatRequest } from '../../../src/core/chat.js';
import { ChatError } from '../../../src/core/errors.js';
import { ProcessHistory } from '../../../src/claude/conversation/processHistory.js';
import {
  canonicalOffer,
  canonicalSetup,
  INITIAL_SETUP,
  setupFor,
  type ProcessSetup,
} from '../../../src/claude/conversation/processSetup.js';
import { toTurns, type Turn } from '../../../src/claude/conversation/transcript.js';
import type { PooledConversation } from '../../../src/claude/pool/pooledConversation.js';
import type { Costs } from './costs.js';
import type { Processors } from './processors.js';
import type { VirtualTime } from './virtualTime.js';

/** The model's part of an answer. */
export interface SimulatedAnswer {
  readonly text: string;
  readonly callId: string | undefined;
  readonly firstTokenMs: number;
  readonly streamMs: number;
}

export interface Machine {
  readonly time: VirtualTime;
  readonly processors: Processors;
  readonly costs: Costs;
  readonly answerTo: (request: ChatRequest) => SimulatedAnswer;
  /** The name of the tool that the model calls. */
  readonly calledTool: string;
  /** Called when a request gets its process. `ready`: the process could be set up before the request was sent. */
  readonly onAsk: (request: ChatRequest, process: SimulatedConversation) => void;
}

const NO_USAGE = { promptTokens: 0, cachedTokens: 0, outputTokens: 0 };
const NO_TIMINGS = { loadMs: 0, promptMs: 0, outputMs: 0 };

export class SimulatedConversation implements PooledConversation {
  readonly #machine: Machine;
  readonly #history = new ProcessHistory();
  #setup: ProcessSetup = INITIAL_SETUP;
  #state: PooledConversation['state'] = 'empty';
  #started: Promise<void>;
  #emptied: Promise<void> = Promise.resolve();
  #asked = false;
  #warmedUp = false;
  #end = (): void => undefined;
  /** When the process could be set up; `undefined` before. */
  readySince: number | undefined;
  readonly process;
  readonly contents;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#started = machine.processors.work(machine.costs.start).then(() => {
      this.readySince = machine.time.now();
    });
    const ended = new Promise<void>((resolve) => {
      this.#end = resolve;
    });
    this.process = { alive: true, pid: undefined, ended, terminateNow: this.#end };
    const history = this.#history;
    this.contents = {
      conversations: 1,
      canRewind: true,
      rewindFailed: false,
      history,
      canServe: () => true,
      sharedTurns: (setup: ProcessSetup, turns: readonly Turn[]) => this.#sharedTurns(setup, turns),
      changesFor: (setup: ProcessSetup) => this.#changesFor(setup),
    };
  }

  get state(): PooledConversation['state'] {
    return this.#state;
  }

  models(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  warmUp(): void {
    this.#started = this.#started.then(() => this.#machine.processors.work(this.#machine.costs.warmUp));
    void this.#started.then(() => (this.#warmedUp = true)); // never rejects
  }

  async *ask(
    request: ChatRequest,
    signal: AbortSignal,
    observer: BackendObserver,
  ): AsyncGenerator<ChatEvent, void, void> {
    const { time, answerTo } = this.#machine;
    if (this.#state !== 'empty' && this.#state !== 'idle')
      throw new ChatError('internal', `a process got a request while ${this.#state}`);
    this.#state = 'busy';
    this.#machine.onAsk(request, this);
    try {
      await orAborted(this.#prepare(request), signal);
      observer.requestSent();
      const answer = answerTo(request);
      await orAborted(time.wait(answer.firstTokenMs), signal);
      yield { type: 'text', text: answer.text };
      await orAborted(time.wait(answer.streamMs), signal);
      this.#addAnswer(answer);
      this.#state = 'idle';
      yield {
        type: 'done',
        reason: answer.callId === undefined ? 'stop' : 'toolCalls',
        usage: NO_USAGE,
        timings: NO_TIMINGS,
      };
    } finally {
      if (this.#state === 'busy') this.#startEmptying();
    }
  }

  empty(): Promise<void> {
    if (this.#state === 'idle') this.#startEmptying();
    return this.#emptied;
  }

  end(): Promise<void> {
    this.#state = 'spent';
    this.#end();
    return Promise.resolve();
  }

  #sharedTurns(setup: ProcessSetup, turns: readonly Turn[]): { shared: number; continues: boolean } {
    const same = canonicalSetup(this.#setup) === canonicalSetup(setup);
    const shared = same ? this.#history.sharedWith(turns, setup.offer.tools) : 0;
    return { shared, continues: same && shared === turns.length && shared === this.#history.length };
  }

  #changesFor(setup: ProcessSetup): number {
    if (canonicalOffer(this.#setup.offer) !== canonicalOffer(setup.offer)) return 2;
    return canonicalSetup(this.#setup) === canonicalSetup(setup) ? 0 : 1;
  }

  /** Takes the time until the request is at the API. */
  async #prepare(request: ChatRequest): Promise<void> {
    const { costs, processors } = this.#machine;
    const setup = setupFor(request);
    const all = toTurns(request.messages);
    const turns = all.slice(0, -1);
    const question = all.at(-1);
    const { shared } = this.#sharedTurns(setup, turns);
    const first = this.#warmedUp ? costs.firstWarmedUp : costs.first;
    const ms = [
      this.#asked ? costs.request : first,
      this.#history.length > shared ? costs.rewind : 0,
      [0, costs.otherSetup, costs.otherTools][this.#changesFor(setup)] ?? 0,
      (turns.length - shared) * costs.replayedMessage,
    ];
    this.#setup = setup;
    this.#history.cutAt(shared);
    for (const turn of turns.slice(shared)) {
      if (turn.role === 'user') this.#history.addQuestion(turn, '');
      else
        this.#history.addReplayed(
          turn,
          turn.calls.map(({ call }) => call.id),
        );
    }
    if (question?.role === 'user') this.#history.addQuestion(question, '');
    await this.#started;
    await processors.work(ms.reduce((sum, part) => sum + part, 0));
    this.#asked = true;
  }

  #addAnswer({ text, callId }: SimulatedAnswer): void {
    const number = this.#history.callIds.length;
    const call = { id: callId ?? '', name: this.#machine.calledTool, arguments: {} };
    const calls = callId === undefined ? [] : [{ number, call }];
    this.#history.addReplayed(
      { role: 'assistant', texts: text === '' ? [] : [text], calls },
      callId === undefined ? [] : [callId],
    );
  }

  #startEmptying(): void {
    this.#state = 'emptying';
    this.#emptied = this.#started
      .then(() => this.#machine.processors.work(this.#machine.costs.rewind))
      .then(() => {
        this.#history.cutAt(0);
        if (this.#state === 'emptying') this.#state = 'empty';
      });
  }
}

/** Settles as `work` does, or rejects when the client disconnects. */
function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new ChatError('cancelled', 'The request was cancelled.'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject);
  });
}
