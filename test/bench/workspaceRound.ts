/** One round of the workspace lane: how soon a prompt reaches the API with each variant. */
import { Comparison, HANGING_REPLY, type Round } from './comparison.js';
import { systemPrompt, toWire, type Conversation } from './conversations.js';
import type { WireMessage } from './serverProcess.js';
import {
  timeAbortedRequest,
  timeBareCli,
  timeColdSpawn,
  timeOneShot,
  timeServer,
  type BenchContext,
} from './variants.js';

/** The CLI processes of a server without a conversation: one that is ready, and one of the chat lane that listed the models. */
export const WORKSPACE_IDLE_PROCESSES = 2;

/** Times the tasks of the workspace lane. The server begins and ends it without a conversation. */
export async function measureWorkspaceRound(context: BenchContext, round: Round): Promise<void> {
  const { setup, prompts, server } = context;
  const comparison = new Comparison(context, round, WORKSPACE_IDLE_PROCESSES);
  const system = systemPrompt(`workshops, chapter ${round.number}`);
  const newConversation = (prompt: string): Conversation => ({ system, history: [], prompt });
  /** The conversation that the server keeps, as its client has it. */
  let kept: readonly WireMessage[] = [];
  try {
    const cli = comparison.startBareCli();
    await comparison.measure('workspaceFirst', {
      'claude -p': () => timeOneShot(setup, prompts.next()),
      'cold spawn': () => timeColdSpawn(setup, system, prompts.next()),
      'bare CLI': () => {
        const { text, arrived } = prompts.next();
        return timeBareCli({ cli, conversation: newConversation(text), arrived, initialize: true });
      },
      server: async () => {
        const prompt = prompts.next();
        const { time, messages } = await timeServer(server, toWire(newConversation(prompt.text)), prompt);
        kept = messages;
        comparison.expectedProcesses = WORKSPACE_IDLE_PROCESSES + 1;
        return time;
      },
    });
    await comparison.measure('workspaceNext', {
      'bare CLI': async () => {
        const { text, arrived } = prompts.next();
        const conversation = newConversation(text);
        const time = await timeBareCli({ cli, conversation, arrived, initialize: false });
        await comparison.stopBareCli(cli);
        return time;
      },
      server: async () => {
        const prompt = prompts.next(HANGING_REPLY);
        const next: WireMessage = { role: 'user', content: prompt.text };
        const time = await timeAbortedRequest(server, [...kept, next], prompt);
        comparison.expectedProcesses = WORKSPACE_IDLE_PROCESSES;
        return time;
      },
    });
    await comparison.waitUntilIdle();
  } finally {
    await comparison.close();
  }
}
