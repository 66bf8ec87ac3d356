/** The ways in which a question gets to the API. Each returns how long it took to arrive there, in milliseconds. */
import { askOneShot, BareCli, type CliPlace } from './bareCli.js';
import type { Talk } from './conversations.js';
import type { Product, WireMessage } from './product.js';
import type { Question, Questions } from './questions.js';

export const CARRIERS = ['claude -p', 'cold spawn', 'bare CLI', 'ours'] as const;
export type Carrier = (typeof CARRIERS)[number];

export interface Scene {
  readonly place: CliPlace;
  readonly questions: Questions;
  readonly product: Product;
}

/** A process for the question, as programs that wrap the CLI do it. Settles when the process has ended. */
export async function byOneShot(place: CliPlace, { text, arrived }: Question): Promise<number> {
  const { sentAt, done } = askOneShot(place, text);
  await done;
  return (await arrived) - sentAt;
}

/** A process for the question, started with our arguments; everything is written at once. Ends it. */
export async function byColdSpawn(place: CliPlace, system: string, question: Question): Promise<number> {
  const start = performance.now();
  const cli = new BareCli(place);
  try {
    await byHand(cli, { system, earlier: [], question: question.text }, question.arrived, true);
  } finally {
    await cli.end();
  }
  return (await question.arrived) - start;
}

/**
 * A process that is there already. Settles when the answer is complete.
 * @param setUp whether the process still has to be set up for the conversation
 */
export async function byHand(
  cli: BareCli,
  talk: Talk,
  arrived: Promise<number>,
  setUp: boolean,
): Promise<number> {
  const start = performance.now();
  if (setUp) cli.setUp(talk);
  await cli.seed(talk.earlier);
  await cli.ask(talk.question).done;
  return (await arrived) - start;
}

/** The product, over HTTP. Settles when the answer is complete, with the conversation as the client then has it. */
export async function byProduct(
  product: Product,
  messages: readonly WireMessage[],
  question: Question,
): Promise<{ time: number; messages: WireMessage[] }> {
  await product.connect();
  const { sentAt, done } = product.ask(messages);
  const answer = await done;
  return { time: (await question.arrived) - sentAt, messages: [...messages, answer] };
}

/** The product, over HTTP, by a client that leaves once the question has arrived: the conversation is not kept. */
export async function byProductInPassing(
  product: Product,
  messages: readonly WireMessage[],
  question: Question,
  tools?: readonly object[],
): Promise<number> {
  await product.connect();
  const asked = product.ask(messages, tools === undefined ? {} : { tools });
  const early = asked.done.then((): number => {
    throw new Error('the product answered without the API');
  });
  const at = await Promise.race([question.arrived, early]);
  asked.leave();
  return at - asked.sentAt;
}
