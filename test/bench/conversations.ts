/** The conversations of the bench, in one form for the bare CLI and for Ollama's API. Pure. */
import type { Tool } from './cliMessages.js';
import type { WireMessage } from './serverProcess.js';

/** A system prompt, earlier messages and the next prompt. */
export interface Conversation {
  readonly system: string;
  readonly history: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[];
  readonly prompt: string;
  readonly withTool?: boolean;
}

export const TOOL: Tool = {
  name: 'read_notes',
  description: 'Reads the notes of a day.',
  parameters: {
    type: 'object',
    properties: { day: { type: 'string', description: 'Monday to Sunday' } },
    required: ['day'],
  },
};

/** The same tool as Ollama's clients send it. */
export const WIRE_TOOLS: readonly object[] = [{ type: 'function', function: TOOL }];

/** A system prompt of typical length, different for each topic. */
export function systemPrompt(topic: string): string {
  const rule =
    'Answer briefly and precisely. Prefer examples to explanations, and say so when you do not know. ';
  return `You are a helpful assistant in a programming editor, and the topic is ${topic}. ${rule.repeat(6)}`;
}

/** A history of that many messages that no process has seen. */
export function historyOf(messages: number, topic: string): Conversation['history'] {
  return Array.from({ length: messages }, (_, i) =>
    i % 2 === 0
      ? {
          role: 'user',
          text: `Remark ${i} about ${topic}: how does this go on, and why does it matter at all?`,
        }
      : {
          role: 'assistant',
          text: `Reply ${i}: it goes on as it began, ${'step by step, '.repeat(8)}to the end.`,
        },
  );
}

/** The messages of the body of `POST /api/chat`. */
export function toWire({ system, history, prompt }: Conversation): WireMessage[] {
  return [
    { role: 'system', content: system },
    ...history.map(({ role, text }): WireMessage => ({ role, content: text })),
    { role: 'user', content: prompt },
  ];
}
