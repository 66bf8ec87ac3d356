/**
 * Latency of streamed deltas: the time from the stand-in API's write to the client's read, with the server and at the
 * stdout of the bare CLI. Both kinds of stream are open at the same time and are fed alternately, one slice of time each,
 * so that noise affects both equally.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { textReply, type Reply } from '../standin/server.js';
import { BareCli } from './bareCli.js';
import type { BenchContext } from './variants.js';
import { systemPrompt, toWire } from './conversations.js';
import { waitUntilIdle } from './processes.js';

export interface DeltaTimes {
  readonly streams: number;
  readonly perSecond: number;
  /** Milliseconds from write to read of each delta, by slice of time. */
  readonly bare: readonly (readonly number[])[];
  readonly server: readonly (readonly number[])[];
}

const STREAMS = 4;
const PER_SECOND = 200;
const SLICE_MS = 500;
const SLICES = 12;
const DELTAS_PER_SLICE = (SLICE_MS * PER_SECOND) / 1000;
const DELTAS = DELTAS_PER_SLICE * SLICES;
/** All deltas have the same length, so that the length of the text read so far says how many have arrived. */
const DELTA = ' delta';
/** The first slices are a warm-up and do not count. */
const WARM_UP_SLICES = 2;

/** An answer of the stand-in, streamed delta by delta under the control of the bench. */
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

export async function measureDeltas({ setup, prompts, server }: BenchContext): Promise<DeltaTimes> {
  const bareFeeds = Array.from({ length: STREAMS }, () => new Feed());
  const serverFeeds = Array.from({ length: STREAMS }, () => new Feed());
  const system = systemPrompt('streams');
  const clis = bareFeeds.map((feed) => new BareCli(setup, (text, at) => feed.read(text, at)));
  try {
    const answers: Promise<unknown>[] = [];
    for (const [i, cli] of clis.entries()) {
      const prompt = prompts.next(bareFeeds[i]!.reply);
      cli.initialize({ system });
      answers.push(cli.prompt(prompt.text).done);
      await prompt.arrived;
    }
    for (const feed of serverFeeds) {
      const prompt = prompts.next(feed.reply);
      const messages = toWire({ system, history: [], prompt: prompt.text });
      answers.push(server.chat(messages, { onText: (text, at) => feed.read(text, at) }).done);
      await prompt.arrived;
    }
    await waitUntilIdle([
      { pids: () => clis.map(({ pid }) => pid), expected: STREAMS },
      server.watch(STREAMS),
    ]);
    for (let slice = 0; slice < SLICES; slice++) {
      const order = slice % 2 === 0 ? [bareFeeds, serverFeeds] : [serverFeeds, bareFeeds];
      for (const feeds of order) await feedSlice(feeds);
    }
    await Promise.all(answers);
  } finally {
    await Promise.all(clis.map((cli) => cli.stop()));
  }
  return {
    streams: STREAMS,
    perSecond: PER_SECOND,
    bare: inSlices(bareFeeds),
    server: inSlices(serverFeeds),
  };
}

function inSlices(feeds: readonly Feed[]): number[][] {
  return Array.from({ length: SLICES - WARM_UP_SLICES }, (_, i) => {
    const from = (i + WARM_UP_SLICES) * DELTAS_PER_SLICE;
    return feeds.flatMap(({ times }) => times.slice(from, from + DELTAS_PER_SLICE));
  });
}

/** Writes a slice at a constant rate, even if single timers are late. The streams take turns. */
async function feedSlice(feeds: readonly Feed[]): Promise<void> {
  const start = performance.now();
  const total = DELTAS_PER_SLICE * feeds.length;
  for (let written = 0; written < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - start) / SLICE_MS) * total) + 1);
    for (; written < due; written++) feeds[written % feeds.length]!.writeNext();
    await delay(1);
  }
}
