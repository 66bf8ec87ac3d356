/**
 * How soon a question reaches the API, for everyone who can carry it there. In each round everyone does everything
 * once, in an order that changes from round to round, and only when all that was started before has come to rest.
 */
import { toolReply, type Reply } from '../standin/server.js';
import type { BareCli } from './bareCli.js';
import { byColdSpawn, byHand, byOneShot, byProduct, byProductInPassing, type Scene } from './carriers.js';
import { Contest, NEVER, type Samples } from './contest.js';
import { history, systemPrompt, toWire, WIRE_TOOLS, type Talk } from './conversations.js';
import type { WireMessage } from './product.js';

export const HISTORY_MESSAGES = 20;
/** The product's own when it has no conversation: the blank one and the foreseen one. */
export const SPARES = 2;

const CALL_ID = 'toolu_bench01';
const CALL: Reply = toolReply({ id: CALL_ID, name: 'read_notes', input: { day: 'Monday' } });

/**
 * One round. The product begins and ends it with its two spares and no conversation.
 * @param note told when something was not ready in time, so that its number counts for less
 */
export async function playRound(
  scene: Scene,
  round: number,
  samples: Samples,
  note: (line: string) => void,
): Promise<void> {
  const { place, questions, product } = scene;
  const contest = new Contest(scene, round, samples, note, SPARES);

  const system = systemPrompt(`gardens, chapter ${round}`);
  const otherSystem = systemPrompt(`bridges, chapter ${round}`);
  const opening = (question: string): Talk => ({ system, earlier: [], question });
  /** The product's conversation, as its client has it. */
  let told: readonly WireMessage[] = [];
  const asWire = (content: string): WireMessage => ({ role: 'user', content });

  try {
    const [blank, primed, forHistory, primedForHistory, forTool] = [
      contest.spare(),
      contest.spare(),
      contest.spare(),
      contest.spare(),
      contest.spare(),
    ];
    primed.setUp({ system });
    primedForHistory.setUp({ system: otherSystem });
    await Promise.all([primed.prime(), primedForHistory.prime()]);

    await contest.compare('first', {
      'claude -p': () => byOneShot(place, questions.ask()),
      'cold spawn': () => byColdSpawn(place, system, questions.ask()),
      'bare CLI': () => {
        const question = questions.ask();
        return byHand(blank, opening(question.text), question.arrived, true);
      },
      ours: async () => {
        const question = questions.ask();
        const { time, messages } = await byProduct(product, toWire(opening(question.text)), question);
        told = messages;
        contest.expected = SPARES + 1;
        return time;
      },
    });
    await contest.compare('foreseen', {
      'bare CLI': async () => {
        const question = questions.ask();
        const time = await byHand(primed, opening(question.text), question.arrived, false);
        await contest.drop(primed);
        return time;
      },
      ours: () => {
        const question = questions.ask(NEVER);
        return byProductInPassing(product, toWire(opening(question.text)), question);
      },
    });
    await contest.compare('second', {
      'bare CLI': () => {
        const question = questions.ask();
        return byHand(blank, opening(question.text), question.arrived, false);
      },
      ours: async () => {
        const question = questions.ask();
        const { time, messages } = await byProduct(product, [...told, asWire(question.text)], question);
        told = messages;
        return time;
      },
    });
    await contest.compare('third', {
      'bare CLI': async () => {
        const question = questions.ask();
        const time = await byHand(blank, opening(question.text), question.arrived, false);
        await contest.drop(blank);
        return time;
      },
      ours: async () => {
        const question = questions.ask(NEVER);
        const time = await byProductInPassing(product, [...told, asWire(question.text)], question);
        contest.expected = SPARES;
        return time;
      },
    });

    const compareEdited = (task: 'edited' | 'editedForeseen', cli: BareCli): Promise<void> => {
      const earlier = history(HISTORY_MESSAGES, `${task} ${round}`);
      const talk = (question: string): Talk => ({ system: otherSystem, earlier, question });
      return contest.compare(task, {
        'bare CLI': async () => {
          const question = questions.ask();
          const time = await byHand(cli, talk(question.text), question.arrived, task === 'edited');
          await contest.drop(cli);
          return time;
        },
        ours: () => {
          const question = questions.ask(NEVER);
          return byProductInPassing(product, toWire(talk(question.text)), question);
        },
      });
    };
    await compareEdited('edited', forHistory);
    await compareEdited('editedForeseen', primedForHistory);

    await contest.rest();
    const withTool = (question: string): Talk => ({ ...opening(question), withTool: true });
    forTool.setUp({ system, withTool: true });
    await forTool.ask(questions.ask(CALL).text).done;
    const opened = toWire(withTool(questions.ask(CALL).text));
    told = [...opened, await product.ask(opened, { tools: WIRE_TOOLS }).done];
    contest.expected = SPARES + 1;
    await contest.compare('tool', {
      'bare CLI': async () => {
        const question = questions.ask();
        const { sentAt, done } = forTool.giveResult(CALL_ID, question.text);
        await done;
        await contest.drop(forTool);
        return (await question.arrived) - sentAt;
      },
      ours: async () => {
        const question = questions.ask(NEVER);
        const result: WireMessage = { role: 'tool', content: question.text, tool_name: 'read_notes' };
        const time = await byProductInPassing(product, [...told, result], question, WIRE_TOOLS);
        contest.expected = SPARES;
        return time;
      },
    });
    await contest.rest();
  } finally {
    await contest.end();
  }
}
