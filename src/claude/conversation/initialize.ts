/** What is written to a process once, when it has just been started, and what it can be asked for the models. */
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { ChatRequest } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { Channel } from './channel.js';
import { chatInitialization, userLine, workspaceInitialization } from './outgoing.js';
import { modelListSchema } from '../process/incoming.js';
import type { ToolNames } from './toolNames.js';
import type { UserTurn } from './transcript.js';

/** A model as the CLI lists it. */
export type ListedModel = v.InferOutput<typeof modelListSchema>['models'][number];

/**
 * The models that the CLI offers. Leaves the process as it is.
 * @param timeoutMs how long the CLI may take
 * @throws ChatError
 */
export async function askModels(channel: Channel, timeoutMs: number): Promise<readonly ListedModel[]> {
  const answer = v.safeParse(modelListSchema, await channel.request({ subtype: 'list_models' }, timeoutMs));
  if (answer.success) return answer.output.models;
  throw new ChatError('cliFailed', 'The Claude CLI does not tell its models. Run "claude update".');
}

/** Starts a process of the chat lane: every one alike, whatever it will be asked. */
export function initializeChat(channel: Channel): void {
  channel.control(chatInitialization());
  // A client's tool that is named like one of the CLI's would add the CLI's advice on commit messages.
  channel.control({ subtype: 'apply_flag_settings', settings: { attribution: { commit: '', pr: '' } } });
}

/** Sets a new process of the workspace lane up for a request. Cannot be done twice. */
export function initializeWorkspace(channel: Channel, request: ChatRequest, names: ToolNames): void {
  channel.control(workspaceInitialization(request, names));
  if (request.thinking?.show === true) {
    channel.control({
      subtype: 'set_max_thinking_tokens',
      max_thinking_tokens: null,
      thinking_display: 'summarized',
    });
  }
  // Before the history: the CLI writes a later change of the model into the conversation.
  channel.control({ subtype: 'set_model', model: request.model });
  const effort = request.thinking?.effort;
  if (effort !== undefined) {
    channel.control({ subtype: 'apply_flag_settings', settings: { effortLevel: effort } });
  }
}

/**
 * Makes the CLI do, before there is a question, what it does once in its life. The CLI refuses a blank message, and keeps
 * no trace of it.
 */
export function warmUp(channel: Channel): void {
  const blank: UserTurn = { role: 'user', content: [{ type: 'text', text: ' ' }] };
  channel.send(userLine(blank, [], { uuid: randomUUID(), query: true }));
}
