/** Many new conversations at the same time. */
import { byColdSpawn, byOneShot, byProduct, type Carrier, type Scene } from './carriers.js';
import type { CliPlace } from './bareCli.js';
import { systemPrompt, toWire } from './conversations.js';
import { settled } from './processes.js';
import { Product } from './product.js';
import type { Questions } from './questions.js';
import { SPARES } from './rounds.js';

export const CROWDS = [4, 16] as const;

export interface Burst {
  readonly carrier: Carrier;
  readonly crowd: number;
  /** Milliseconds to the API, one a question. */
  readonly toApi: readonly number[];
  /** Milliseconds until every answer was complete, and for whoever starts processes: until they have ended. */
  readonly wallMs: number;
}

/**
 * Asks so many questions at once, by everyone in turn. The product is a fresh one that has answered a conversation of
 * the same kind and has come to rest, with its default bounds.
 */
export async function burstAll(
  scene: Omit<Scene, 'product'> & { readonly program: string },
  crowd: number,
  round: number,
): Promise<Burst[]> {
  const { place, questions, program } = scene;
  const system = systemPrompt('many at once');
  const carriers: (readonly [Carrier, () => Promise<Burst>])[] = [
    ['claude -p', () => burst('claude -p', crowd, () => byOneShot(place, questions.ask()))],
    ['cold spawn', () => burst('cold spawn', crowd, () => byColdSpawn(place, system, questions.ask()))],
    ['ours', () => burstProduct(program, place, questions, crowd, system)],
  ];
  const bursts: Burst[] = [];
  for (const i of carriers.keys()) bursts.push(await carriers[(i + round) % carriers.length]![1]());
  return bursts;
}

async function burstProduct(
  program: string,
  place: CliPlace,
  questions: Questions,
  crowd: number,
  system: string,
): Promise<Burst> {
  const product = await Product.start(program, place);
  const ask = async (): Promise<number> => {
    const question = questions.ask();
    const talk = toWire({ system, earlier: [], question: question.text });
    return (await byProduct(product, talk, question)).time;
  };
  try {
    await ask();
    await settled([product.watch(SPARES + 1)]);
    return await burst('ours', crowd, ask);
  } finally {
    await product.end();
  }
}

async function burst(carrier: Carrier, crowd: number, ask: () => Promise<number>): Promise<Burst> {
  const start = performance.now();
  const toApi = await Promise.all(Array.from({ length: crowd }, ask));
  return { carrier, crowd, toApi, wallMs: performance.now() - start };
}
