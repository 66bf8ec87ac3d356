/** One round of the chat lane: how soon a prompt reaches the API with each variant. */
import { toolReply, type Reply } from '../standin/server.js';
import type { BareCli } from './bareCli.js';
import { Comparison, HANGING_REPLY, type Round } from './comparison.js';
import { historyOf, systemPrompt, toWire, WIRE_TOOLS, type Conversation } from './conversations.js';
import type { WireMessage } from './serverProcess.js';
import {
  timeAbortedRequest,
  timeBareCli,
  timeColdSpawn,
  timeOneShot,
  timeServer,
  type BenchContext,
} from './variants.js';

export const HISTORY_MESSAGES = 20;
/** The CLI processes of a server that has had one conversation: the conversation's, and one that was started ahead. */
export const IDLE_PROCESSES = 2;

const CALL_ID = 'toolu_bench01';
const CALL: Reply = toolReply({ id: CALL_ID, name: 'read_notes', input: { day: 'Monday' } });

/**
 * Times every task of the chat lane. The server is new in every round and keeps one conversation, so that a process that
 * never asked is ready. Every later conversation gets the process of the first task, emptied.
 */
export async function measureChatRound(context: BenchContext, round: Round): Promise<void> {
  const { setup, prompts, server } = context;
  const comparison = new Comparison(context, round, IDLE_PROCESSES);

  const system = systemPrompt(`gardens, chapter ${round.number}`);
  const otherSystem = systemPrompt(`bridges, chapter ${round.number}`);
  const newConversation = (prompt: string): Conversation => ({ system, history: [], prompt });
  /** The conversation that the server keeps, as its client has it. */
  let kept: readonly WireMessage[] = [];
  const userMessage = (content: string): WireMessage => ({ role: 'user', content });

  try {
    const [cold, warm, forHistory, forTool] = [
      comparison.startBareCli(),
      comparison.startBareCli(),
      comparison.startBareCli(),
      comparison.startBareCli(),
    ];
    warm.initialize({ system });
    forHistory.initialize({ system: otherSystem });
    await Promise.all([warm.warmUp(), forHistory.warmUp()]);

    /** Times the bare CLI with a new prompt of the conversation, and stops it if `last`. */
    const timeCli = async (cli: BareCli, { initialize = false, last = false } = {}): Promise<number> => {
      const { text, arrived } = prompts.next();
      const time = await timeBareCli({ cli, conversation: newConversation(text), arrived, initialize });
      if (last) await comparison.stopBareCli(cli);
      return time;
    };

    await comparison.measure('first', {
      'claude -p': () => timeOneShot(setup, prompts.next()),
      'cold spawn': () => timeColdSpawn(setup, system, prompts.next()),
      'bare CLI': () => timeCli(cold, { initialize: true }),
      server: async () => {
        const prompt = prompts.next();
        const { time, messages } = await timeServer(server, toWire(newConversation(prompt.text)), prompt);
        kept = messages;
        comparison.expectedProcesses = IDLE_PROCESSES + 1;
        return time;
      },
    });
    await comparison.measure('second', {
      'bare CLI': () => timeCli(cold),
      server: async () => {
        const prompt = prompts.next();
        const { time, messages } = await timeServer(server, [...kept, userMessage(prompt.text)], prompt);
        kept = messages;
        return time;
      },
    });
    await comparison.measure('third', {
      'bare CLI': () => timeCli(cold, { last: true }),
      server: () => {
        const prompt = prompts.next(HANGING_REPLY);
        return timeAbortedRequest(server, [...kept, userMessage(prompt.text)], prompt);
      },
    });

    /** Times the first turn of a conversation that the client gives up: its process is empty again after it. */
    const timeFirst = (system: string, tools?: readonly object[]): Promise<number> => {
      const prompt = prompts.next(HANGING_REPLY);
      return timeAbortedRequest(server, toWire({ system, history: [], prompt: prompt.text }), prompt, tools);
    };
    await comparison.measure('firstEmptied', {
      'bare CLI': () => timeCli(warm, { last: true }),
      server: () => timeFirst(system),
    });
    await comparison.measure('firstEmptiedSystem', { server: () => timeFirst(otherSystem) });

    const history = historyOf(HISTORY_MESSAGES, `round ${round.number}`);
    const continued = (prompt: string): Conversation => ({ system: otherSystem, history, prompt });
    await comparison.measure('replayed', {
      'bare CLI': async () => {
        const { text, arrived } = prompts.next();
        return timeBareCli({ cli: forHistory, conversation: continued(text), arrived, initialize: false });
      },
      server: async () => {
        const prompt = prompts.next();
        return (await timeServer(server, toWire(continued(prompt.text)), prompt)).time;
      },
    });
    await comparison.measure('edited', {
      'bare CLI': async () => {
        const { text, arrived } = prompts.next();
        const start = performance.now();
        await forHistory.rewind();
        await forHistory.prompt(text).done;
        await comparison.stopBareCli(forHistory);
        return (await arrived) - start;
      },
      server: () => {
        const prompt = prompts.next(HANGING_REPLY);
        return timeAbortedRequest(server, toWire(continued(prompt.text)), prompt);
      },
    });

    await comparison.measure('firstEmptiedTools', { server: () => timeFirst(otherSystem, WIRE_TOOLS) });

    await comparison.waitUntilIdle();
    forTool.initialize({ system, withTool: true });
    await forTool.prompt(prompts.next(CALL).text).done;
    const opened = toWire(newConversation(prompts.next(CALL).text));
    kept = [...opened, await server.chat(opened, { tools: WIRE_TOOLS }).done];
    await comparison.measure('tool', {
      'bare CLI': async () => {
        const { text, arrived } = prompts.next();
        const { sentAt, done } = forTool.sendToolResult(CALL_ID, text);
        await done;
        await comparison.stopBareCli(forTool);
        return (await arrived) - sentAt;
      },
      server: () => {
        const prompt = prompts.next(HANGING_REPLY);
        const result: WireMessage = { role: 'tool', content: prompt.text, tool_name: 'read_notes' };
        return timeAbortedRequest(server, [...kept, result], prompt, WIRE_TOOLS);
      },
    });
    await comparison.waitUntilIdle();
  } finally {
    await comparison.close();
  }
}
