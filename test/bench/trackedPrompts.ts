/** Prompts that are recognized when they reach the stand-in API, whichever variant sent them. */
import { startStandIn, textReply, type Reply, type StandIn } from '../standin/server.js';

export interface TrackedPrompt {
  /** The user message. It contains a number that no other prompt has. */
  readonly text: string;
  /** `performance.now()` when the request with this prompt reached the API. */
  readonly arrived: Promise<number>;
}

export interface PromptTracker {
  readonly standIn: StandIn;
  /** Makes a prompt that the API answers with `reply`, by default a short text. */
  next(reply?: Reply): TrackedPrompt;
}

const MARK = /question-(\d+)/g;
const ARRIVAL_TIMEOUT_MS = 120_000;
const SHORT_ANSWER = textReply('A short answer.');

export async function startPromptTracker(): Promise<PromptTracker> {
  const pending = new Map<number, { reply: Reply; arrive: (at: number) => void }>();
  let count = 0;
  const standIn = await startStandIn({
    respond(request) {
      const last = request.body.messages.findLast((message) => message.role === 'user');
      const mark = [...JSON.stringify(last ?? '').matchAll(MARK)].at(-1)?.[1];
      const prompt = pending.get(Number(mark));
      if (prompt === undefined) return undefined;
      prompt.arrive(request.arrivedAt);
      return prompt.reply;
    },
  });
  return {
    standIn,
    next(reply = SHORT_ANSWER) {
      const number = ++count;
      const arrived = new Promise<number>((resolve, reject) => {
        const timeout = setTimeout(() => {
          reject(new Error(`prompt ${number} did not reach the API within ${ARRIVAL_TIMEOUT_MS / 1000} s`));
        }, ARRIVAL_TIMEOUT_MS);
        const arrive = (at: number): void => {
          clearTimeout(timeout);
          resolve(at);
        };
        pending.set(number, { reply, arrive });
      });
      // If sending fails, the caller never awaits it, and a rejection must not be unhandled.
      arrived.catch(() => undefined);
      return { text: `What is question-${number} about?`, arrived };
    },
  };
}
