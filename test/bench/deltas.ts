/**
 * What is added to each streamed delta: the time from the stand-in API's write to the client's read, once through
 * the product and once at the stdout of the bare CLI. Both kinds of stream are open at the same time and are fed in
 * turns, a slice of time each, so that noise hits both alike.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { textReply, type Reply } from '../standin/server.js';
import { BareCli } from './bareCli.js';
import type { Scene } from './carriers.js';
import { systemPrompt, toWire } from './conversations.js';
import { settled } from './processes.js';

export interface DeltaTimes {
  readonly streams: number;
  readonly perSecond: number;
  /** Milliseconds from write to read, one a delta, by slice of time. */
  readonly bare: readonly (readonly number[])[];
  readonly ours: readonly (readonly number[])[];
}

const STREAMS = 4;
const PER_SECOND = 200;
const SLICE_MS = 500;
const SLICES = 12;
const PER_SLICE = (SLICE_MS * PER_SECOND) / 1000;
const DELTAS = PER_SLICE * SLICES;
/** All deltas have this length, so that the text read so far tells how many have come, in whatever pieces. */
const DELTA = ' delta';
/** The first slices warm both ways up and do not count. */
const UNCOUNTED_SLICES = 2;

/** One answer that the stand-in streams delta by delta, when it is told to. */
class Feed {
  readonly reply: Reply;
  readonly times: number[] = [];
  readonly #writtenAt: number[] = [];
  readonly #gates: (() => void)[] = [];
  #written = 0;
  #read = 0;

  constructor() {
    const pieces = Array.from({ length: DELTAS }, () => {
      const gate = new Promise<void>((resolve) => {
        this.#gates.push(resolve);
      });
      return [gate, DELTA];
    });
    this.reply = textReply(pieces.flat());
  }

  writeNext(): void {
    this.#writtenAt.push(performance.now());
    this.#gates[this.#written++]?.();
  }

  read(text: string, at: number): void {
    this.#read += text.length;
    while (this.times.length < Math.floor(this.#read / DELTA.length)) {
      this.times.push(at - this.#writtenAt[this.times.length]!);
    }
  }
}

export async function measureDeltas({ place, questions, product }: Scene): Promise<DeltaTimes> {
  const bareFeeds = Array.from({ length: STREAMS }, () => new Feed());
  const ourFeeds = Array.from({ length: STREAMS }, () => new Feed());
  const system = systemPrompt('streams');
  const clis = bareFeeds.map((feed) => new BareCli(place, (text, at) => feed.read(text, at)));
  try {
    const answers: Promise<unknown>[] = [];
    for (const [i, cli] of clis.entries()) {
      const question = questions.ask(bareFeeds[i]!.reply);
      const talk = { system, earlier: [], question: question.text };
      cli.setUp(talk);
      answers.push(cli.ask(talk.question).done);
      await question.arrived;
    }
    for (const feed of ourFeeds) {
      const question = questions.ask(feed.reply);
      const talk = { system, earlier: [], question: question.text };
      answers.push(product.ask(toWire(talk), { onText: (text, at) => feed.read(text, at) }).done);
      await question.arrived;
    }
    await settled([{ pids: () => clis.map(({ pid }) => pid), expected: STREAMS }, product.watch(STREAMS)]);
    for (let slice = 0; slice < SLICES; slice++) {
      const order = slice % 2 === 0 ? [bareFeeds, ourFeeds] : [ourFeeds, bareFeeds];
      for (const feeds of order) await feedSlice(feeds);
    }
    await Promise.all(answers);
  } finally {
    await Promise.all(clis.map((cli) => cli.end()));
  }
  return { streams: STREAMS, perSecond: PER_SECOND, bare: inSlices(bareFeeds), ours: inSlices(ourFeeds) };
}

function inSlices(feeds: readonly Feed[]): number[][] {
  return Array.from({ length: SLICES - UNCOUNTED_SLICES }, (_, i) => {
    const from = (i + UNCOUNTED_SLICES) * PER_SLICE;
    return feeds.flatMap(({ times }) => times.slice(from, from + PER_SLICE));
  });
}

/** Keeps to the pace on the whole, whatever single timers do. The streams are out of step with each other. */
async function feedSlice(feeds: readonly Feed[]): Promise<void> {
  const start = performance.now();
  const total = PER_SLICE * feeds.length;
  for (let written = 0; written < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - start) / SLICE_MS) * total) + 1);
    for (; written < due; written++) feeds[written % feeds.length]!.writeNext();
    await delay(1);
  }
}
