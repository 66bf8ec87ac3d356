/** What the product holds after many requests, and after many answers that nobody waited for. */
import { textReply } from '../standin/server.js';
import type { CliPlace } from './bareCli.js';
import { byProduct, byProductInPassing } from './carriers.js';
import { systemPrompt, toWire } from './conversations.js';
import { footprintOf, settled, type Footprint } from './processes.js';
import { Product, type WireMessage } from './product.js';
import type { Questions } from './questions.js';
import { SPARES } from './rounds.js';

export interface Amounts {
  readonly requests: number;
  readonly aborts: number;
}

export interface Memory extends Amounts {
  /** Requests before the first look, so that what is loaded once is not counted as growth. */
  readonly warmUp: number;
  readonly start: Footprint | undefined;
  readonly afterRequests: Footprint | undefined;
  readonly afterAborts: Footprint | undefined;
}

const CLIENTS = 4;
const TURNS = 25;
const WARM_UP = 100;

/** Each look is taken when the product has its two spares, no conversation, and nothing to do. */
export async function measureMemory(
  program: string,
  place: CliPlace,
  questions: Questions,
  { requests, aborts }: Amounts,
): Promise<Memory> {
  const product = await Product.start(program, place);
  const look = async (): Promise<Footprint | undefined> => {
    await settled([product.watch(SPARES)]);
    return footprintOf(product.pid);
  };
  const abort = (): Promise<void> => leaveInMiddle(product, questions);
  try {
    await share(WARM_UP, (quota) => converse(product, questions, quota));
    const start = await look();
    await share(requests, (quota) => converse(product, questions, quota));
    const afterRequests = await look();
    await share(aborts, async (quota) => {
      for (let i = 0; i < quota; i++) await abort();
    });
    return { requests, aborts, warmUp: WARM_UP, start, afterRequests, afterAborts: await look() };
  } finally {
    await product.end();
  }
}

async function share(total: number, work: (quota: number) => Promise<void>): Promise<void> {
  const quota = Math.ceil(total / CLIENTS);
  await Promise.all(Array.from({ length: CLIENTS }, () => work(quota)));
}

/** Conversations of 25 turns, one behind the other. The client leaves in the last turn, so that none is kept. */
async function converse(product: Product, questions: Questions, requests: number): Promise<void> {
  let told: readonly WireMessage[] = [];
  for (let i = 1; i <= requests; i++) {
    const last = i % TURNS === 0 || i === requests;
    const question = questions.ask(last ? { kind: 'hang' } : undefined);
    const messages =
      told.length === 0
        ? toWire({ system: systemPrompt('memory'), earlier: [], question: question.text })
        : [...told, { role: 'user' as const, content: question.text }];
    if (last) {
      await byProductInPassing(product, messages, question);
      told = [];
    } else told = (await byProduct(product, messages, question)).messages;
  }
}

/** A client that goes away in the middle of an answer. */
async function leaveInMiddle(product: Product, questions: Questions): Promise<void> {
  const never = new Promise<never>(() => undefined);
  const { text } = questions.ask(textReply(['Half an answ', never]));
  await new Promise<void>((resolve, reject) => {
    const messages = toWire({ system: systemPrompt('aborts'), earlier: [], question: text });
    const asked = product.ask(messages, {
      onText: () => {
        asked.leave();
        resolve();
      },
    });
    asked.done.then(() => reject(new Error('an answer ended that has no end')), reject);
  });
}
