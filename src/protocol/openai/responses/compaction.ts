/**
 * Compaction of a conversation for Codex: a summary in place of the items before it. Nothing is stored, so the item contains the
 * summary itself, in Ollama's format (`OllamaCompactionPayload` in openai/responses_compact.go, since 0.34): a conversation can
 * move between both servers.
 */
import type { ConversationEntry } from '../../../core/conversation.js';
import { badRequest } from '../../../core/errors.js';
import type { Json } from '../../../core/json.js';
import { parseObject } from '../../json/schemaField.js';
import { fieldsOf } from '../../json/fields.js';
import { entriesOf, readMessage } from '../../ollama/chat/messages.js';
import type { ReadArguments } from '../../toolArguments.js';

/** How a client asks for a compaction: with a last item in the input, or on a route of its own. */
export type Compaction = 'trigger' | 'route';

const PAYLOAD_TYPE = 'ollama_compaction';
const PAYLOAD_VERSION = 1;

/**
 * The question to the model. The conversation before it, the system prompt and the tools stay as they are, so that the process
 * that holds the conversation and the API's cache can be used.
 */
export const SUMMARY_REQUEST: ConversationEntry = {
  role: 'user',
  content: [
    {
      type: 'text',
      text:
        'The context is nearly full. Your summary will replace the whole conversation up to here, and the work will ' +
        'go on with it alone. Write down everything that is needed for that: the goal and every request of the user, word for ' +
        'word where the wording matters; decisions, constraints and preferences; the state of files and of the ' +
        'repository, with paths; commands and tests that ran, with their results; errors and how they were solved; ' +
        'the work in progress; the next steps. Answer with the summary only. Do not call any tool.',
    },
  ],
};

/** The content of a compaction item. */
export function compactionPayload(summary: string): string {
  return JSON.stringify({ type: PAYLOAD_TYPE, version: PAYLOAD_VERSION, summary, retained: [] });
}

/**
 * The entries that a compaction item stands for: its summary as a message of the user, and the messages that were kept.
 * @param at where the item is in the request, for error messages
 * @throws ChatError `badRequest` when another server made the item
 */
export function readCompaction(
  content: Json | undefined,
  at: string,
  readArguments: ReadArguments,
): ConversationEntry[] {
  const payload = typeof content === 'string' ? parseObject(content) : undefined;
  const { summary } = payload ?? {};
  const isReadable = payload?.['type'] === PAYLOAD_TYPE && payload['version'] === PAYLOAD_VERSION;
  if (payload === undefined || !isReadable || typeof summary !== 'string' || summary.trim() === '') {
    throw badRequest(
      `${at}: this compaction item was not made by this server, so the conversation before it cannot be read here. Start a new conversation.`,
    );
  }
  const path = { root: 'OllamaCompactionPayload', path: 'retained' };
  const retained = fieldsOf(payload, path, 'openai.OllamaCompactionPayload').list(
    'retained',
    '[]api.Message',
    (message, messageAt) => readMessage(message, messageAt, readArguments),
  );
  const text = `Summary of the conversation so far:\n\n${summary}`;
  return [{ role: 'user', content: [{ type: 'text', text }] }, ...retained.flatMap(entriesOf)];
}
