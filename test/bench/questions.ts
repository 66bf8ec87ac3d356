/** Questions that are recognised when they reach the stand-in API, whoever carried them there. */
import { startStandIn, textReply, type Reply, type StandIn } from '../standin/server.js';

export interface Question {
  /** What to say to the model. Unlike any other question. */
  readonly text: string;
  /** `performance.now()` when the request that asks it reached the API. */
  readonly arrived: Promise<number>;
}

export interface Questions {
  readonly standIn: StandIn;
  /** A question that the API answers with this; a short text by default. */
  ask(reply?: Reply): Question;
}

const MARK = /question-(\d+)/g;
const ANSWER_LIMIT_MS = 120_000;
const SHORT_ANSWER = textReply('A short answer.');

export async function startQuestions(): Promise<Questions> {
  const open = new Map<number, { reply: Reply; arrive: (at: number) => void }>();
  let asked = 0;
  const standIn = await startStandIn({
    respond(request) {
      const last = request.body.messages.findLast((message) => message.role === 'user');
      const mark = [...JSON.stringify(last ?? '').matchAll(MARK)].at(-1)?.[1];
      const question = open.get(Number(mark));
      if (question === undefined) return undefined;
      question.arrive(request.arrivedAt);
      return question.reply;
    },
  });
  return {
    standIn,
    ask(reply = SHORT_ANSWER) {
      const number = ++asked;
      const arrived = new Promise<number>((resolve, reject) => {
        const late = setTimeout(() => {
          reject(new Error(`question ${number} did not reach the API within ${ANSWER_LIMIT_MS / 1000} s`));
        }, ANSWER_LIMIT_MS);
        const arrive = (at: number): void => {
          clearTimeout(late);
          resolve(at);
        };
        open.set(number, { reply, arrive });
      });
      // Whoever waits for it learns of a failure; a question whose carrier failed has nobody waiting.
      arrived.catch(() => undefined);
      return { text: `What is question-${number} about?`, arrived };
    },
  };
}
