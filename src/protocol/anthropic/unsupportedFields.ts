/**
 * Fields of `/v1/messages` that would change what the model sees or who pays, and that this server cannot obey. They are
 * refused before the model is asked. The list was made from Anthropic's Python SDK 2.14.0 (`types/message_create_params.py`
 * and `types/beta/message_create_params.py`); `docs/compatibility.md` lists the fields that are ignored.
 */
import { badRequest } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import { type Fields, isObject } from '../json/fields.js';
import { wordOf } from '../requestLimits.js';
import { ThreadError } from './errors.js';

interface UnsupportedField {
  readonly name: string;
  /** Whether a value, which is not null, asks for something. */
  readonly asks: (value: Json) => boolean;
  /** Why, and what to do instead. */
  readonly reason: string;
}

const isNotEmpty = (value: Json): boolean => !Array.isArray(value) || value.length > 0;

/** Clearing thinking is no change: thinking that a client sends back never reaches the model. */
function editsContext(value: Json): boolean {
  const edits = isObject(value) ? (value['edits'] ?? []) : value;
  if (!Array.isArray(edits)) return true;
  return edits.some(
    (edit: Json) => !isObject(edit) || !wordOf(edit['type'], 'type').startsWith('clear_thinking_'),
  );
}

const UNSUPPORTED: readonly UnsupportedField[] = [
  {
    name: 'container',
    asks: () => true,
    reason: 'this server has no containers and loads no skills. Remove the field.',
  },
  {
    name: 'mcp_servers',
    asks: isNotEmpty,
    reason: 'this server connects to no MCP servers. Connect in the client, and send the tools in "tools".',
  },
  {
    name: 'context_management',
    asks: editsContext,
    reason: 'this server does not edit conversations. Shorten the messages in the client.',
  },
  {
    name: 'compaction',
    asks: () => true,
    reason: 'this server does not summarize conversations. Ask for a summary in a message.',
  },
  {
    name: 'billing_policy',
    asks: (value) => !isObject(value) || (value['bill_to'] ?? 'self') !== 'self',
    reason: 'this server uses the account of the Claude CLI, and can bill nothing else. Remove the field.',
  },
];

/**
 * Refuses a request that refers to a conversation on the server. Anthropic's SDKs (`lib/threads`) and Claude Code then send
 * the whole conversation: after `thread_not_found` as a new thread, after `thread_unsupported_request` without a thread.
 * @throws ThreadError
 */
export function refuseThread(fields: Fields): void {
  const thread = fields.value('thread');
  if (thread === undefined || thread === false) return;
  if (isObject(thread) && thread['type'] === 'continue') throw new ThreadError('thread_not_found');
  throw new ThreadError('thread_unsupported_request');
}

/** @throws ChatError `badRequest` that names the field */
export function refuseUnsupportedFields(fields: Fields): void {
  for (const { name, asks, reason } of UNSUPPORTED) {
    const value = fields.value(name);
    if (value !== undefined && asks(value)) {
      throw badRequest(`The field ${JSON.stringify(name)} is not supported: ${reason}`);
    }
  }
}
