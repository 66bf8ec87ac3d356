/** Translates the system prompt and the messages of `/v1/messages`. */
import type { ContentPart, ToolCall } from '../../core/chat.js';
import type { ConversationEntry } from '../../core/conversationEntry.js';
import { badRequest } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import { wordOf } from '../requestLimits.js';
import { createArgumentsReader, type ReadArguments } from '../toolArguments.js';
import { contentParts, resultParts } from './blocks.js';
import { toolChangeParts } from './toolChanges.js';
import { blocksOf, stringOf, textOf, textParts } from './values.js';

/** One element of `messages`, with a checked role. */
export interface WireMessage {
  /** In lower case; may be an unknown role, which counts as the user's. */
  readonly role: string;
  readonly content: Json | undefined;
  /** `next_user_message`: a system message that the model sees only until the next user message. */
  readonly clearAt?: string | undefined;
  /** A system message sets it for the answers from there on. */
  readonly effort?: string | undefined;
}

/** A block by which Claude Code tells Anthropic's servers its version. It is not for the model. */
const BILLING_HEADER = /^x-anthropic-billing-header:[^\n]*$/;

/**
 * Joins the texts of blocks. The API keeps them apart, but the CLI takes one text: a blank line separates two blocks unless
 * there is white space between them. `Be ` and `brief.` are one sentence.
 */
function joinBlocks(texts: readonly string[]): string {
  const parts: string[] = [];
  for (const text of texts.filter((each) => each !== '')) {
    const touches = parts.length > 0 && !isSpace(parts.at(-1)!.at(-1)) && !isSpace(text[0]);
    parts.push(...(touches ? ['\n\n'] : []), text);
  }
  return parts.join('');
}

function isSpace(character: string | undefined): boolean {
  return character?.trim() === '';
}

/**
 * Reads a system prompt: a string, or text blocks. A system message can also change the tools.
 * @throws ChatError `badRequest` for blocks of other types
 */
export function systemText(system: Json | undefined): string {
  if (!Array.isArray(system)) return textOf(system);
  const texts = blocksOf(system).map((block) => {
    const type = wordOf(block['type'], 'type');
    if (type === 'text') return BILLING_HEADER.test(stringOf(block['text'])) ? '' : textOf(block['text']);
    const change = toolChangeParts(block);
    if (change !== undefined) return change.map(({ text }) => text).join('');
    throw badRequest(`system blocks of the type ${JSON.stringify(type)} are not supported. Send text.`);
  });
  return joinBlocks(texts);
}

function toolCall({ id, name, input }: JsonObject, readArguments: ReadArguments): ToolCall {
  if (typeof id !== 'string') throw badRequest("tool_use block missing required 'id' field");
  if (typeof name !== 'string') throw badRequest("tool_use block missing required 'name' field");
  return { id, name, arguments: readArguments(input) };
}

function resultEntry(block: JsonObject): ConversationEntry {
  return {
    role: 'result',
    callId: wordOf(block['tool_use_id'], 'tool_use_id'),
    name: '',
    content: resultParts(block['content']),
    isError: block['is_error'] === true,
  };
}

/** The entries of one message: its calls and results stand apart from its other content, in order. */
function entriesOf(
  role: 'user' | 'assistant',
  blocks: readonly JsonObject[],
  readArguments: ReadArguments,
): ConversationEntry[] {
  const entries: ConversationEntry[] = [];
  let content: ContentPart[] = [];
  let calls: ToolCall[] = [];
  const flush = (speaker: 'user' | 'assistant'): void => {
    if (content.length > 0 || calls.length > 0) {
      entries.push(speaker === 'user' ? { role: speaker, content } : { role: speaker, content, calls });
    }
    content = [];
    calls = [];
  };
  for (const block of blocks) {
    switch (wordOf(block['type'], 'type')) {
      case 'tool_use':
        if (role === 'user') flush(role);
        calls.push(toolCall(block, readArguments));
        if (role === 'user') flush('assistant');
        break;
      case 'tool_result':
        flush(role);
        entries.push(resultEntry(block));
        break;
      default:
        content.push(...contentParts(block));
    }
  }
  flush(role);
  // An empty message of the user still separates two answers.
  return entries.length === 0 && role === 'user' ? [{ role, content: [] }] : entries;
}

/** Null content is accepted, so that one message without content does not end a client's session. */
function messageBlocks(content: Json | undefined): JsonObject[] {
  if (content === undefined || content === null) return [];
  return typeof content === 'string' ? [{ type: 'text', text: content }] : blocksOf(content);
}

/**
 * Reads the messages of a conversation.
 * @throws ChatError `badRequest`, with Ollama's message where Ollama refuses, for content that cannot reach the model
 */
export function readEntries(wire: readonly WireMessage[]): ConversationEntry[] {
  const readArguments = createArgumentsReader();
  const lastUser = wire.findLastIndex(({ role }) => role === 'user');
  return wire.flatMap(({ role, content, clearAt }, i): ConversationEntry[] => {
    if (role !== 'system') {
      return entriesOf(role === 'assistant' ? role : 'user', messageBlocks(content), readArguments);
    }
    if (clearAt === 'next_user_message' && i < lastUser) return [];
    return [{ role, content: textParts(systemText(content)) }];
  });
}
