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
/** The CLI processes of a server without a conversation: a generic and a configured warm process. */
export const WARM_PROCESSES = 2;

const CALL_ID = 'toolu_bench01';
const CALL: Reply = toolReply({ id: CALL_ID, name: 'read_notes', input: { day: 'Monday' } });

/** Times every task of the chat lane. The server begins and ends it with its warm processes and no conversation. */
export async function measureChatRound(context: BenchContext, round: Round): Promise<void> {
  const { setup, prompts, server } = context;
  const comparison = new Comparison(context, round, WARM_PROCESSES);

  const system = systemPrompt(`gardens, chapter ${round.number}`);
  const otherSystem = systemPrompt(`bridges, chapter ${round.number}`);
  const newConversation = (prompt: string): Conversation => ({ system, history: [], prompt });
  /** The conversation that the server keeps, as its client has it. */
  let kept: readonly WireMessage[] = [];
  const userMessage = (content: string): WireMessage => ({ role: 'user', content });

  try {
    const [generic, configured, forHistory, configuredForHistory, forTool] = [
      comparison.startBareCli(),
      comparison.startBareCli(),
      comparison.startBareCli(),
      comparison.startBareCli(),
      comparison.startBareCli(),
    ];
    configured.initialize({ system });
    configuredForHistory.initialize({ system: otherSystem });
    await Promise.all([configured.warmUp(), configuredForHistory.warmUp()]);

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
      'bare CLI': () => timeCli(generic, { initialize: true }),
      server: async () => {
        const prompt = prompts.next();
        const { time, messages } = await timeServer(server, toWire(newConversation(prompt.text)), prompt);
        kept = messages;
        comparison.expectedProcesses = WARM_PROCESSES + 1;
        return time;
      },
    });
    await comparison.measure('firstConfigured', {
      'bare CLI': () => timeCli(configured, { last: true }),
      server: () => {
        const prompt = prompts.next(HANGING_REPLY);
        return timeAbortedRequest(server, toWire(newConversation(prompt.text)), prompt);
      },
    });
    await comparison.measure('second', {
      'bare CLI': () => timeCli(generic),
      server: async () => {
        const prompt = prompts.next();
        const { time, messages } = await timeServer(server, [...kept, userMessage(prompt.text)], prompt);
        kept = messages;
        return time;
      },
    });
    await comparison.measure('third', {
      'bare CLI': () => timeCli(generic, { last: true }),
      server: async () => {
        const prompt = prompts.next(HANGING_REPLY);
        const time = await timeAbortedRequest(server, [...kept, userMessage(prompt.text)], prompt);
        comparison.expectedProcesses = WARM_PROCESSES;
        return time;
      },
    });

    const measureEdited = (task: 'edited' | 'editedConfigured', cli: BareCli): Promise<void> => {
      const history = historyOf(HISTORY_MESSAGES, `${task} ${round.number}`);
      const conversation = (prompt: string): Conversation => ({ system: otherSystem, history, prompt });
      return comparison.measure(task, {
        'bare CLI': async () => {
          const { text, arrived } = prompts.next();
          const initialize = task === 'edited';
          const time = await timeBareCli({ cli, conversation: conversation(text), arrived, initialize });
          await comparison.stopBareCli(cli);
          return time;
        },
        server: () => {
          const prompt = prompts.next(HANGING_REPLY);
          return timeAbortedRequest(server, toWire(conversation(prompt.text)), prompt);
        },
      });
    };
    await measureEdited('edited', forHistory);
    await measureEdited('editedConfigured', configuredForHistory);

    await comparison.waitUntilIdle();
    forTool.initialize({ system, withTool: true });
    await forTool.prompt(prompts.next(CALL).text).done;
    const opened = toWire(newConversation(prompts.next(CALL).text));
    kept = [...opened, await server.chat(opened, { tools: WIRE_TOOLS }).done];
    comparison.expectedProcesses = WARM_PROCESSES + 1;
    await comparison.measure('tool', {
      'bare CLI': async () => {
        const { text, arrived } = prompts.next();
        const { sentAt, done } = forTool.sendToolResult(CALL_ID, text);
        await done;
        await comparison.stopBareCli(forTool);
        return (await arrived) - sentAt;
      },
      server: async () => {
        const prompt = prompts.next(HANGING_REPLY);
        const result: WireMessage = { role: 'tool', content: prompt.text, tool_name: 'read_notes' };
        const time = await timeAbortedRequest(server, [...kept, result], prompt, WIRE_TOOLS);
        comparison.expectedProcesses = WARM_PROCESSES;
        return time;
      },
    });
    await comparison.waitUntilIdle();
  } finally {
    await comparison.close();
  }
}
