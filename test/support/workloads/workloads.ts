/** The workloads of the simulator and of the bench. Each is made from a seed; the same seed gives the same trace. */
import type { RequestKind, Trace, TraceRequest } from './trace.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const KINDS = {
  commitMessage: { system: 900, tools: 0, opening: 'fixed' },
  webTitle: { system: 0, tools: 0, opening: 'fixed' },
  webChat: { system: 400, tools: 28, opening: 'own' },
  webFollowUps: { system: 0, tools: 0, opening: 'fixed' },
  webTags: { system: 0, tools: 0, opening: 'fixed' },
  agentTitle: { system: 2500, tools: 0, opening: 'own' },
  agent: { system: 12_000, tools: 11, opening: 'own' },
  editorTitle: { system: 700, tools: 0, opening: 'own' },
  editorChat: { system: 20_000, tools: 30, opening: 'own' },
  autocomplete: { system: 600, tools: 0, opening: 'fixed' },
  home: { system: 3000, tools: 12, opening: 'own', timeInSystem: true },
} satisfies Record<string, RequestKind>;

type Kind = keyof typeof KINDS;
type Timing = TraceRequest['at'];

/** Prompt and answer in characters, time until the first token and of the stream in milliseconds. */
const SIZES: Readonly<Record<Kind, readonly [number, number, number, number]>> = {
  commitMessage: [6000, 120, 600, 400],
  webTitle: [2500, 60, 500, 200],
  webChat: [300, 1500, 700, 4000],
  webFollowUps: [3000, 200, 500, 700],
  webTags: [2800, 80, 500, 300],
  agentTitle: [400, 50, 500, 200],
  agent: [2000, 600, 700, 1500],
  editorTitle: [300, 40, 500, 200],
  editorChat: [2500, 1800, 800, 5000],
  autocomplete: [3000, 80, 400, 200],
  home: [80, 150, 500, 500],
};

class TraceBuilder {
  readonly #requests: TraceRequest[] = [];
  readonly #random: () => number;
  #conversations = 0;

  constructor(seed: number) {
    this.#random = mulberry32(seed);
  }

  get trace(): Trace {
    return { kinds: KINDS, requests: this.#requests };
  }

  conversation(): number {
    return this.#conversations++;
  }

  /** A number between half and one and a half of this one. */
  about(value: number): number {
    return Math.round(value * (0.5 + this.#random()));
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** Adds a request. @returns its index, for requests that follow it */
  ask(kind: Kind, conversation: number, at: Timing, more: Partial<TraceRequest> = {}): number {
    const [prompt, answer, firstTokenMs, streamMs] = SIZES[kind].map((size) => this.about(size)) as [
      number,
      number,
      number,
      number,
    ];
    const sizes = { prompt, answer, firstTokenMs, streamMs };
    return this.#requests.push({ kind, conversation, at, ...sizes, ...more }) - 1;
  }

  single(kind: Kind, at: Timing, more: Partial<TraceRequest> = {}): number {
    return this.ask(kind, this.conversation(), at, more);
  }

  /** A conversation with rounds of tool calls: each follows 0.7 seconds after the call. @returns the last index */
  toolRounds(kind: Kind, conversation: number, at: Timing, rounds: number): number {
    let last = this.ask(kind, conversation, at, rounds > 0 ? { calls: true } : {});
    for (let round = 1; round <= rounds; round++) {
      const more = round < rounds ? ({ calls: true } as const) : {};
      last = this.ask(kind, conversation, { after: last, pause: this.about(700) }, more);
    }
    return last;
  }

  /** A chat of Open WebUI: the title first, then the chat; follow-ups and tags after each answer. */
  webChat(at: number, turns: number, { titled = true } = {}): void {
    const conversation = this.conversation();
    if (titled) this.single('webTitle', at);
    let last = this.ask('webChat', conversation, at + this.about(80));
    for (let turn = 1; ; turn++) {
      this.single('webFollowUps', { after: last, pause: this.about(60) });
      if (turn === 1) this.single('webTags', { after: last, pause: this.about(80) });
      if (turn === turns) return;
      last = this.ask('webChat', conversation, { after: last, pause: this.about(15 * SECOND) });
    }
  }

  /** An agent that starts with a title. */
  agent(at: number, rounds: number): void {
    const conversation = this.conversation();
    this.single('agentTitle', at);
    const last = this.toolRounds('agent', conversation, at + this.about(20), rounds);
    this.toolRounds('agent', conversation, { after: last, pause: this.about(20 * SECOND) }, rounds);
  }

  /** A chat of VS Code with tool rounds and a title. */
  editorChat(at: number, turns: number): void {
    const conversation = this.conversation();
    let last = this.toolRounds('editorChat', conversation, at, 2);
    this.single('editorTitle', at + this.about(30));
    for (let turn = 1; turn < turns; turn++)
      last = this.toolRounds('editorChat', conversation, { after: last, pause: this.about(25 * SECOND) }, 2);
  }

  /** Completions while the user types: each one but the last is cancelled by the next key. */
  typing(at: number, keys: number): void {
    let time = at;
    for (let key = 1; key < keys; key++) {
      const pause = this.about(300);
      this.single('autocomplete', time, { cancelledAfter: pause });
      time += pause;
    }
    this.single('autocomplete', time);
  }
}

/** Makes a trace from a seed. */
export type Workload = (seed: number) => Trace;

function workload(fill: (builder: TraceBuilder) => void): Workload {
  return (seed) => {
    const builder = new TraceBuilder(seed);
    fill(builder);
    return builder.trace;
  };
}

/** Calls `add` with times that are about `every` milliseconds apart, from the start to `until`. */
function repeat(builder: TraceBuilder, until: number, every: number, add: (at: number) => void): void {
  for (let at = 0; at < until; at += builder.about(every)) add(at);
}

/** The first request of each is at 0. They last from 5 minutes to 2 hours. */
export const WORKLOADS = {
  'one-shots seconds apart': workload((b) => {
    repeat(b, 6 * MINUTE, 3 * SECOND, (at) => b.single('commitMessage', at));
  }),
  'Open WebUI': workload((b) => repeat(b, 20 * MINUTE, 90 * SECOND, (at) => b.webChat(at, 3))),
  'Open WebUI without titles': workload((b) => {
    repeat(b, 20 * MINUTE, 90 * SECOND, (at) => b.webChat(at, 3, { titled: false }));
  }),
  'three agents at once': workload((b) => {
    repeat(b, 10 * MINUTE, 100 * SECOND, (at) => {
      for (let agent = 0; agent < 3; agent++) b.agent(at + agent * 15, 8);
    });
  }),
  "VS Code's chat": workload((b) => repeat(b, 15 * MINUTE, 2 * MINUTE, (at) => b.editorChat(at, 3))),
  autocomplete: workload((b) => repeat(b, 5 * MINUTE, 5 * SECOND, (at) => b.typing(at, 6))),
  'two editors for an hour': workload((b) => {
    repeat(b, HOUR, 4 * MINUTE, (at) => b.editorChat(at, 2));
    repeat(b, HOUR, 6 * MINUTE, (at) => b.agent(at, 5));
    repeat(b, HOUR, 8 * MINUTE, (at) => b.typing(at, 4));
    repeat(b, HOUR, 9 * MINUTE, (at) => b.single('commitMessage', at));
  }),
  'an idle hour, then work': workload((b) => {
    for (const start of [0, HOUR + 5 * MINUTE]) {
      repeat(b, 6 * MINUTE, 80 * SECOND, (at) => b.webChat(start + at, 2));
      repeat(b, 6 * MINUTE, 70 * SECOND, (at) => b.agent(start + MINUTE + at, 3));
    }
  }),
  'Home Assistant': workload((b) => {
    repeat(b, 10 * MINUTE, 10 * SECOND, (at) => b.toolRounds('home', b.conversation(), at, 1));
  }),
} satisfies Record<string, Workload>;

export type WorkloadName = keyof typeof WORKLOADS;

/** A small generator of pseudo-random numbers from 0 to 1. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
