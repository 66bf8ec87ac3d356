/** Memory and open files of the server after many requests, and after many aborted answers. */
import { textReply } from '../standin/server.js';
import type { CliSetup } from './bareCli.js';
import { HANGING_REPLY } from './comparison.js';
import { systemPrompt, toWire } from './conversations.js';
import { footprintOf, waitUntilIdle, type Footprint } from './processes.js';
import { ServerProcess, type WireMessage } from './serverProcess.js';
import type { PromptTracker } from './trackedPrompts.js';
import { timeAbortedRequest, timeServer } from './variants.js';

export interface Amounts {
  readonly requests: number;
  readonly aborts: number;
}

export interface Memory extends Amounts {
  /** Requests before the first measurement, so that what is loaded once does not count as growth. */
  readonly warmUp: number;
  readonly start: Footprint | undefined;
  readonly afterRequests: Footprint | undefined;
  readonly afterAborts: Footprint | undefined;
}

const CLIENTS = 4;
const TURNS = 25;
const WARM_UP = 100;

/** Each measurement is taken when the server is idle, and has no conversation. */
export async function measureMemory(
  program: string,
  setup: CliSetup,
  prompts: PromptTracker,
  { requests, aborts }: Amounts,
): Promise<Memory> {
  const server = await ServerProcess.start(program, setup);
  const footprint = async (): Promise<Footprint | undefined> => {
    await waitUntilIdle([server.watch()]);
    return footprintOf(server.pid);
  };
  try {
    await divide(WARM_UP, (quota) => runConversations(server, prompts, quota));
    const start = await footprint();
    await divide(requests, (quota) => runConversations(server, prompts, quota));
    const afterRequests = await footprint();
    await divide(aborts, async (quota) => {
      for (let i = 0; i < quota; i++) await abortDuringAnswer(server, prompts);
    });
    return { requests, aborts, warmUp: WARM_UP, start, afterRequests, afterAborts: await footprint() };
  } finally {
    await server.stop();
  }
}

/** Divides the work between clients that run at the same time. */
async function divide(total: number, client: (quota: number) => Promise<void>): Promise<void> {
  const quota = Math.ceil(total / CLIENTS);
  await Promise.all(Array.from({ length: CLIENTS }, () => client(quota)));
}

/** Runs conversations of 25 turns one after the other. The client aborts the last turn, so that none is kept. */
async function runConversations(
  server: ServerProcess,
  prompts: PromptTracker,
  requests: number,
): Promise<void> {
  let kept: readonly WireMessage[] = [];
  for (let i = 1; i <= requests; i++) {
    const last = i % TURNS === 0 || i === requests;
    const prompt = prompts.next(last ? HANGING_REPLY : undefined);
    const messages =
      kept.length === 0
        ? toWire({ system: systemPrompt('memory'), history: [], prompt: prompt.text })
        : [...kept, { role: 'user' as const, content: prompt.text }];
    if (last) {
      await timeAbortedRequest(server, messages, prompt);
      kept = [];
    } else kept = (await timeServer(server, messages, prompt)).messages;
  }
}

/** Sends a chat and disconnects when the first text has arrived. */
async function abortDuringAnswer(server: ServerProcess, prompts: PromptTracker): Promise<void> {
  const never = new Promise<never>(() => undefined);
  const { text } = prompts.next(textReply(['Half an answ', never]));
  await new Promise<void>((resolve, reject) => {
    const messages = toWire({ system: systemPrompt('aborts'), history: [], prompt: text });
    const request = server.chat(messages, {
      onText: () => {
        request.abort();
        resolve();
      },
    });
    request.done.then(() => reject(new Error('an endless answer ended')), reject);
  });
}
