/** What is talked about: the same conversations for everyone, once for the bare CLI and once for Ollama's API. Pure. */
import type { Tool } from './cliLines.js';
import type { WireMessage } from './product.js';

/** A conversation that begins with this system prompt, holds this, and goes on with the question. */
export interface Talk {
  readonly system: string;
  readonly earlier: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[];
  readonly question: string;
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

/** The same as Ollama's clients send it. */
export const WIRE_TOOLS: readonly object[] = [{ type: 'function', function: TOOL }];

/** A system prompt of the usual length. Those of different topics differ. */
export function systemPrompt(topic: string): string {
  const rule =
    'Answer briefly and precisely. Prefer examples to explanations, and say so when you do not know. ';
  return `You are a helpful assistant in a programming editor, and the topic is ${topic}. ${rule.repeat(6)}`;
}

/** History that no process has seen, in so many messages. */
export function history(messages: number, topic: string): Talk['earlier'] {
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

export function toWire({ system, earlier, question }: Talk): WireMessage[] {
  return [
    { role: 'system', content: system },
    ...earlier.map(({ role, text }): WireMessage => ({ role, content: text })),
    { role: 'user', content: question },
  ];
}
