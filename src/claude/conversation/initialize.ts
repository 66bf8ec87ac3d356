/** Makes a fresh process ready for a conversation, and asks one that stays fresh for the models. */
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { ChatRequest } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { Channel } from './channel.js';
import { initializeRequest, userLine } from './outgoing.js';
import { modelListSchema } from '../process/incoming.js';
import type { ToolNames } from './toolNames.js';
import type { UserTurn } from './transcript.js';

/** A model as the CLI lists it. */
export type ListedModel = v.InferOutput<typeof modelListSchema>['models'][number];

/**
 * The models the CLI offers. Leaves a fresh process fresh.
 * @param reactionMs how long the CLI may take
 * @throws ChatError
 */
export async function askModels(channel: Channel, reactionMs: number): Promise<readonly ListedModel[]> {
  const id = channel.control({ subtype: 'list_models' });
  for (;;) {
    const message = await channel.next(reactionMs);
    if (message.type !== 'control_response' || message.response.request_id !== id) continue;
    const answer = v.safeParse(modelListSchema, message.response.response);
    if (answer.success) return answer.output.models;
    throw new ChatError('cliFailed', 'The Claude CLI does not tell its models. Run "claude update".');
  }
}

/** Sets a fresh process up for requests like this one. Cannot be done twice. */
export function initialize(channel: Channel, request: ChatRequest, names: ToolNames): void {
  channel.control(initializeRequest(request, names));
  if (request.thinking?.show === true) {
    channel.control({
      subtype: 'set_max_thinking_tokens',
      max_thinking_tokens: null,
      thinking_display: 'summarized',
    });
  }
  // Before the history: a change of model after it becomes a part of the conversation.
  channel.control({ subtype: 'set_model', model: request.model });
  if (request.lane === 'chat' && request.tools.length > 0) {
    // A client's tool named like one of the CLI's would bring the CLI's advice on commit messages along.
    channel.control({ subtype: 'apply_flag_settings', settings: { attribution: { commit: '', pr: '' } } });
  }
}

/**
 * Lets the CLI do, ahead of the first question, what it does once in a conversation. A blank message makes it: the CLI
 * refuses it without a trace.
 */
export function warmUp(channel: Channel): void {
  const blank: UserTurn = { role: 'user', content: [{ type: 'text', text: ' ' }] };
  channel.send(userLine(blank, [], randomUUID(), true));
}
