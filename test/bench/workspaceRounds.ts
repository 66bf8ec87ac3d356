/** How soon a question reaches the API where Claude is at work in the folder, which is a lane of its own. */
import { byColdSpawn, byHand, byOneShot, byProduct, byProductInPassing, type Scene } from './carriers.js';
import { Contest, NEVER, type Samples } from './contest.js';
import { systemPrompt, toWire, type Talk } from './conversations.js';
import type { WireMessage } from './product.js';

/** Of the product without a conversation: the blank one of each lane and the foreseen one. */
export const WORKSPACE_SPARES = 3;

/**
 * One round. The product begins and ends it with its spares and no conversation.
 * @param note told when something was not ready in time, so that its number counts for less
 */
export async function playWorkspaceRound(
  scene: Scene,
  round: number,
  samples: Samples,
  note: (line: string) => void,
): Promise<void> {
  const { place, questions, product } = scene;
  const contest = new Contest(scene, round, samples, note, WORKSPACE_SPARES);
  const system = systemPrompt(`workshops, chapter ${round}`);
  const opening = (question: string): Talk => ({ system, earlier: [], question });
  let told: readonly WireMessage[] = [];
  try {
    const bare = contest.spare();
    await contest.compare('workspaceFirst', {
      'claude -p': () => byOneShot(place, questions.ask()),
      'cold spawn': () => byColdSpawn(place, system, questions.ask()),
      'bare CLI': () => {
        const question = questions.ask();
        return byHand(bare, opening(question.text), question.arrived, true);
      },
      ours: async () => {
        const question = questions.ask();
        const { time, messages } = await byProduct(product, toWire(opening(question.text)), question);
        told = messages;
        contest.expected = WORKSPACE_SPARES + 1;
        return time;
      },
    });
    await contest.compare('workspaceNext', {
      'bare CLI': async () => {
        const question = questions.ask();
        const time = await byHand(bare, opening(question.text), question.arrived, false);
        await contest.drop(bare);
        return time;
      },
      ours: async () => {
        const question = questions.ask(NEVER);
        const next: WireMessage = { role: 'user', content: question.text };
        const time = await byProductInPassing(product, [...told, next], question);
        contest.expected = WORKSPACE_SPARES;
        return time;
      },
    });
    await contest.rest();
  } finally {
    await contest.end();
  }
}
