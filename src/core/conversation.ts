/** Builds a conversation in the core's vocabulary from the messages of a client. */
import type { ChatMessage, ContentPart, ToolCall, ToolCallPart, ToolSpec } from './chat.js';
import type { Content, ConversationEntry } from './conversationEntry.js';
import { markedResult, markedSystemMessage } from './markedContent.js';
import { matchResults } from './resultMatching.js';

export type { Content, ConversationEntry };

type AssistantEntry = Extract<ConversationEntry, { role: 'assistant' }>;
type ResultEntry = Extract<ConversationEntry, { role: 'result' }>;

/** The system prompt and the turns of a conversation. */
export interface Conversation {
  readonly system: string;
  readonly messages: readonly ChatMessage[];
}

export interface ConversationOptions {
  /** Added at the beginning of the system prompt. */
  readonly first?: string | undefined;
  /** The tools on offer. If there is only one, a result without a name is taken for its result. */
  readonly tools?: readonly ToolSpec[];
}

/** Sent after a final message of the assistant: Claude cannot continue it without a message of the user. */
export const CONTINUE = 'Continue exactly where you stopped.';

const isText = (part: ContentPart): part is Extract<ContentPart, { type: 'text' }> => part.type === 'text';

/**
 * Translates a client's messages.
 * - System entries before the first turn are joined to the system prompt. A later one becomes a marked message of the user at
 *   its place. If there are only system entries, they are the question.
 * - A result is attached to its call (`matchResults`). For a result without one, a call is added if the result's name, or the
 *   only tool on offer, tells it; otherwise the result becomes a marked message of the user.
 * - Images and documents of system and assistant entries move to the next message of the user: the API takes them only there.
 * - A call without an id, or with an id that was used before, gets an id made of its position, so that the same
 *   conversation is always translated in the same way.
 * - Empty messages are left out, except one of the user that follows an answer.
 */
export function toConversation(
  entries: readonly ConversationEntry[],
  options: ConversationOptions = {},
): Conversation {
  const firstTurn = entries.findIndex(({ role }) => role !== 'system');
  if (firstTurn < 0) return questionOf(entries, options);
  const messages = createMessages(entries, options.tools ?? []);
  const system = [options.first ?? ''];
  entries.forEach((entry, index) => {
    if (index >= firstTurn) messages.add(entry, index);
    else {
      for (const part of entry.content) {
        if (isText(part)) system.push(part.text);
      }
      messages.attach(entry.content);
    }
  });
  return { system: joinParagraphs(system), messages: atLeastOne(messages.end()) };
}

/** A conversation that consists of system messages. */
function questionOf(
  entries: readonly ConversationEntry[],
  { first = '' }: ConversationOptions,
): Conversation {
  const content = entries.flatMap((entry) => entry.content);
  return { system: first, messages: atLeastOne(content.length === 0 ? [] : [{ role: 'user', content }]) };
}

/** The messages of a conversation, added entry by entry. */
interface Messages {
  add(entry: ConversationEntry, index: number): void;
  /** Keeps images and documents for the next message of the user. */
  attach(content: Content): void;
  end(): readonly ChatMessage[];
}

function createMessages(entries: readonly ConversationEntry[], tools: readonly ToolSpec[]): Messages {
  const matches = matchResults(entries);
  const clientIds = new Set(
    entries.flatMap((entry) => (entry.role === 'assistant' ? entry.calls.map(({ id }) => id) : [])),
  );
  const onlyTool = tools.length === 1 ? (tools[0]?.name ?? '') : '';
  const messages: ChatMessage[] = [];
  const usedIds = new Set<string>();
  /** The ids in the translated conversation, by the index of the entry. */
  const callIds = new Map<number, readonly string[]>();
  let callCount = 0;
  let attachments: ContentPart[] = [];

  const callPart = (call: ToolCall): ToolCallPart => {
    callCount += 1;
    const unused = call.id !== '' && !usedIds.has(call.id);
    const id = unused ? call.id : `call_${String(callCount).padStart(8, '0')}`;
    usedIds.add(id);
    return { type: 'toolCall', call: { ...call, id } };
  };
  const addUser = (content: Content): void => {
    const all = attachments.concat(content);
    attachments = [];
    if (all.length > 0 || messages.at(-1)?.role === 'assistant')
      messages.push({ role: 'user', content: all });
  };
  const addAssistant = ({ content, calls }: AssistantEntry, index: number): void => {
    const parts = calls.map(callPart);
    callIds.set(
      index,
      parts.map(({ call }) => call.id),
    );
    // Some clients send a blank beside calls, because some servers require content. Claude's API refuses blank text.
    const texts = content.filter(isText);
    const isBlank = texts.every(({ text }) => text.trim() === '');
    const all = [...(isBlank ? [] : texts), ...parts];
    if (all.length > 0) messages.push({ role: 'assistant', content: all });
    attach(content);
  };
  const addResultOf = (callId: string, { content, isError = false }: ResultEntry): void => {
    messages.push({ role: 'user', content: [{ type: 'toolResult', callId, content, isError }] });
  };
  const addResult = (entry: ResultEntry, index: number): void => {
    const { callId, name, content } = entry;
    const match = matches.get(index);
    const known = match && callIds.get(match.entry)?.[match.call];
    const isRepeated = callId !== '' && clientIds.has(callId);
    const called = name === '' ? onlyTool : name;
    if (known !== undefined) addResultOf(known, entry);
    else if (isRepeated || called === '') addUser(markedResult(name, content));
    else {
      const part = callPart({ id: callId, name: called, arguments: {} });
      messages.push({ role: 'assistant', content: [part] });
      addResultOf(part.call.id, entry);
    }
  };
  const attach = (content: Content): void => {
    for (const part of content) {
      if (!isText(part)) attachments.push(part);
    }
  };

  return {
    attach,
    add(entry, index) {
      switch (entry.role) {
        case 'system':
          if (entry.content.length > 0) addUser(markedSystemMessage(entry.content));
          break;
        case 'user':
          addUser(entry.content);
          break;
        case 'assistant':
          addAssistant(entry, index);
          break;
        case 'result':
          addResult(entry, index);
          break;
      }
    },
    end() {
      const isContinued = messages.at(-1)?.role === 'assistant';
      if (attachments.length > 0) addUser(isContinued ? [{ type: 'text', text: CONTINUE }] : []);
      return messages;
    },
  };
}

/** Joins the texts that are not empty, with a blank line between them. */
export function joinParagraphs(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n\n');
}

/** A request needs a message. For an empty conversation the model's own refusal of an empty message is the best answer. */
export function atLeastOne(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return messages.length > 0 ? messages : [{ role: 'user', content: [{ type: 'text', text: '' }] }];
}
