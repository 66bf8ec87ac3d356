/** A conversation in the vocabulary of the core, made of entries as clients write them. */
import type {
  AssistantMessage,
  ChatMessage,
  ImagePart,
  TextPart,
  ToolCallPart,
  UserMessage,
} from './chat.js';
import type { JsonObject } from './json.js';

/** What a message can hold besides calls. */
export type Content = readonly (TextPart | ImagePart)[];

/** The text of a content, without its images. */
export function textOf(content: Content): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** A call as the client gives it back. */
export interface CallEntry {
  readonly id: string;
  readonly name: string;
  readonly arguments: JsonObject;
}

/** One message, or one item, with its types checked. `name` of a result may be empty, and so may ids. */
export type Entry =
  | { readonly role: 'system'; readonly content: Content }
  | { readonly role: 'user'; readonly content: Content }
  | { readonly role: 'assistant'; readonly content: Content; readonly calls: readonly CallEntry[] }
  | { readonly role: 'result'; readonly callId: string; readonly name: string; readonly content: Content };

type ResultEntry = Extract<Entry, { role: 'result' }>;

/** A call that still has no result. */
interface OpenCall {
  readonly clientId: string;
  readonly name: string;
  readonly id: string;
}

/** Takes the call that a result belongs to: by its id, else by the tool's name, else the first that may be meant. */
function takeCall(open: OpenCall[], { callId, name }: ResultEntry): OpenCall | undefined {
  const tests: ((call: OpenCall) => boolean)[] = [
    (call) => callId !== '' && call.clientId === callId,
    (call) => name !== '' && call.name === name,
    (call) => name === '' && (callId === '' || call.clientId === ''),
  ];
  for (const test of tests) {
    const at = open.findIndex(test);
    if (at >= 0) return open.splice(at, 1)[0];
  }
  return undefined;
}

/** The system prompt and the turns of a conversation. */
export interface Conversation {
  readonly system: string;
  readonly messages: readonly ChatMessage[];
}

/**
 * Translates a conversation. System entries, wherever they stand, become the one system prompt that Claude takes. A
 * result goes to its call of the latest assistant turn; without one it is the user's text. A call without an id, or
 * with one that was used before, gets an id made of its position, so that the same conversation always translates to
 * the same one. Entries that say nothing are left out.
 * @param instructions what the system prompt begins with, and ends with
 */
export function toConversation(
  entries: readonly Entry[],
  instructions: { readonly first?: string | undefined; readonly last?: string | undefined } = {},
): Conversation {
  const system: string[] = [instructions.first ?? ''];
  const messages: ChatMessage[] = [];
  const usedIds = new Set<string>();
  let open: OpenCall[] = [];
  let calls = 0;

  const assistant = (entry: Extract<Entry, { role: 'assistant' }>): AssistantMessage => {
    if (messages.at(-1)?.role !== 'assistant') open = [];
    const parts = entry.calls.map((call): ToolCallPart => {
      calls += 1;
      const id = call.id !== '' && !usedIds.has(call.id) ? call.id : `call_${String(calls).padStart(8, '0')}`;
      usedIds.add(id);
      open.push({ clientId: call.id, name: call.name, id });
      return { type: 'toolCall', call: { ...call, id } };
    });
    // Clients put a blank beside calls because some servers want content; Claude's API refuses blank text.
    const text = textOf(entry.content);
    return {
      role: 'assistant',
      content: [...(text.trim() === '' ? [] : [{ type: 'text' as const, text }]), ...parts],
    };
  };

  const result = (entry: ResultEntry): UserMessage => {
    const call = takeCall(open, entry);
    if (call === undefined) return { role: 'user', content: entry.content };
    const content = textOf(entry.content);
    const images = entry.content.filter((part) => part.type === 'image');
    return {
      role: 'user',
      content: [{ type: 'toolResult', callId: call.id, content, isError: false }, ...images],
    };
  };

  const message = (entry: Exclude<Entry, { role: 'system' }>): ChatMessage => {
    switch (entry.role) {
      case 'user':
        return { role: 'user', content: entry.content };
      case 'assistant':
        return assistant(entry);
      case 'result':
        return result(entry);
    }
  };

  for (const entry of entries) {
    if (entry.role === 'system') {
      system.push(...entry.content.map((part) => (part.type === 'text' ? part.text : '')));
      continue;
    }
    const turn = message(entry);
    if (turn.content.length > 0) messages.push(turn);
  }
  system.push(instructions.last ?? '');
  // The core wants a message; the model's own refusal of an empty one is the best answer to it.
  if (messages.length === 0) messages.push({ role: 'user', content: [{ type: 'text', text: '' }] });
  return { system: system.filter((text) => text !== '').join('\n\n'), messages };
}
