/** Builds a conversation in the core's vocabulary from the messages of a client. */
import type {
  AssistantMessage,
  ChatMessage,
  ContentPart,
  ToolCall,
  ToolCallPart,
  UserMessage,
} from './chat.js';

/** The content of a message, without its tool calls. */
export type Content = readonly ContentPart[];

/** The text of a content, without its images and documents. */
export function textOf(content: Content): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** One message of a client. A result may have an empty `name`; results and calls may have empty ids. */
export type ConversationEntry =
  | { readonly role: 'system'; readonly content: Content }
  | { readonly role: 'user'; readonly content: Content }
  | { readonly role: 'assistant'; readonly content: Content; readonly calls: readonly ToolCall[] }
  | { readonly role: 'result'; readonly callId: string; readonly name: string; readonly content: Content };

type AssistantEntry = Extract<ConversationEntry, { role: 'assistant' }>;
type ResultEntry = Extract<ConversationEntry, { role: 'result' }>;

/** A call that has no result yet. */
interface PendingCall {
  /** The id that the client sent. */
  readonly clientId: string;
  readonly name: string;
  /** The id in the translated conversation. */
  readonly id: string;
}

/**
 * Removes and returns the call that a result belongs to: the one with the same id, else the first of the same tool, else,
 * when the result or the calls lack the information, the first call that it can belong to.
 */
function takeCallOf({ callId, name }: ResultEntry, pending: PendingCall[]): PendingCall | undefined {
  const tests: ((call: PendingCall) => boolean)[] = [
    (call) => callId !== '' && call.clientId === callId,
    (call) => name !== '' && call.name === name,
    (call) => name === '' && (callId === '' || call.clientId === ''),
  ];
  for (const test of tests) {
    const index = pending.findIndex(test);
    if (index >= 0) return pending.splice(index, 1)[0];
  }
  return undefined;
}

/** The system prompt and the turns of a conversation. */
export interface Conversation {
  readonly system: string;
  readonly messages: readonly ChatMessage[];
}

/**
 * Translates a client's messages.
 * - All system entries, at any position, are joined to one system prompt.
 * - A result is attached to its call in the latest assistant turn; a result without a call becomes text of the user.
 * - A call without an id, or with an id that was used before, gets an id made of its position, so that the same
 *   conversation is always translated in the same way.
 * - Empty messages are left out.
 * @param instructions `first` is added at the beginning of the system prompt
 */
export function toConversation(
  entries: readonly ConversationEntry[],
  instructions: { readonly first?: string | undefined } = {},
): Conversation {
  const system: string[] = [instructions.first ?? ''];
  const messages: ChatMessage[] = [];
  const usedIds = new Set<string>();
  let pending: PendingCall[] = [];
  let callCount = 0;

  const assistantMessage = (entry: AssistantEntry): AssistantMessage => {
    if (messages.at(-1)?.role !== 'assistant') pending = [];
    const callParts = entry.calls.map((call): ToolCallPart => {
      callCount += 1;
      const id =
        call.id !== '' && !usedIds.has(call.id) ? call.id : `call_${String(callCount).padStart(8, '0')}`;
      usedIds.add(id);
      pending.push({ clientId: call.id, name: call.name, id });
      return { type: 'toolCall', call: { ...call, id } };
    });
    // Some clients send a blank beside calls, because some servers require content. Claude's API refuses blank text.
    const text = textOf(entry.content);
    return {
      role: 'assistant',
      content: [...(text.trim() === '' ? [] : [{ type: 'text' as const, text }]), ...callParts],
    };
  };

  const resultMessage = (entry: ResultEntry): UserMessage => {
    const call = takeCallOf(entry, pending);
    if (call === undefined) return { role: 'user', content: entry.content };
    const { content } = entry;
    return { role: 'user', content: [{ type: 'toolResult', callId: call.id, content, isError: false }] };
  };

  const messageOf = (entry: Exclude<ConversationEntry, { role: 'system' }>): ChatMessage => {
    switch (entry.role) {
      case 'user':
        return { role: 'user', content: entry.content };
      case 'assistant':
        return assistantMessage(entry);
      case 'result':
        return resultMessage(entry);
    }
  };

  for (const entry of entries) {
    if (entry.role === 'system') {
      system.push(...entry.content.map((part) => (part.type === 'text' ? part.text : '')));
      continue;
    }
    const message = messageOf(entry);
    if (message.content.length > 0) messages.push(message);
  }
  return { system: joinParagraphs(system), messages: atLeastOne(messages) };
}

/** Joins the texts that are not empty, with a blank line between them. */
export function joinParagraphs(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n\n');
}

/** A request needs a message. For an empty conversation the model's own refusal of an empty message is the best answer. */
export function atLeastOne(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return messages.length > 0 ? messages : [{ role: 'user', content: [{ type: 'text', text: '' }] }];
}
