/** Initializes new processes, and requests the list of models. */
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { ChatRequest } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { Channel } from './channel.js';
import { chatInitialization, userLine, workspaceInitialization } from './outgoing.js';
import { modelListSchema } from '../process/incoming.js';
import type { Environment } from './processSetup.js';
import type { ToolNames } from './toolNames.js';
import type { UserTurn } from './transcript.js';

/** A model in the list of the CLI. */
export type ListedModel = v.InferOutput<typeof modelListSchema>['models'][number];

/**
 * Lists the models of the CLI. Does not change the process.
 * @param timeoutMs how long the CLI may take
 * @throws ChatError
 */
export async function requestModels(channel: Channel, timeoutMs: number): Promise<readonly ListedModel[]> {
  const answer = v.safeParse(modelListSchema, await channel.request({ subtype: 'list_models' }, timeoutMs));
  if (answer.success) return answer.output.models;
  throw new ChatError('cliFailed', 'The Claude CLI did not list its models. Run "claude update".');
}

const settingsAnswer = v.object({
  effective: v.object({ env: v.optional(v.record(v.string(), v.string()), {}) }),
});

/**
 * The variables that the user's settings files set for the CLI, which come before those of the environment.
 * @param timeoutMs how long the CLI may take
 * @returns none if the CLI cannot tell
 */
export async function requestSettingsVariables(channel: Channel, timeoutMs: number): Promise<Environment> {
  const { response } = await channel.tryRequest({ subtype: 'get_settings' }, timeoutMs);
  const parsed = v.safeParse(settingsAnswer, response);
  return parsed.success ? parsed.output.effective.env : {};
}

/** Initializes a process of the chat lane. This is the same for every process: the request is not known yet. */
export function initializeChat(channel: Channel): void {
  channel.control(chatInitialization());
  // Without this, a client's tool with the name of a CLI tool would add the CLI's instructions on commit messages.
  channel.control({ subtype: 'apply_flag_settings', settings: { attribution: { commit: '', pr: '' } } });
}

/** Initializes a new process of the workspace lane for a request. Call it once for each process. */
export function initializeWorkspace(channel: Channel, request: ChatRequest, names: ToolNames): void {
  channel.control(workspaceInitialization(request, names));
  if (request.thinking?.show === true) {
    channel.control({
      subtype: 'set_max_thinking_tokens',
      max_thinking_tokens: null,
      thinking_display: 'summarized',
    });
  }
  if (request.thinking?.mode === 'off') {
    const env = { CLAUDE_CODE_DISABLE_THINKING: '1' };
    channel.control({ subtype: 'apply_flag_settings', settings: { env } });
  }
  // Set the model before the history is sent: the CLI writes a later change into the conversation.
  channel.control({ subtype: 'set_model', model: request.model });
  const effort = request.thinking?.effort;
  if (effort !== undefined) {
    channel.control({ subtype: 'apply_flag_settings', settings: { effortLevel: effort } });
  }
}

/**
 * Makes the CLI do its one-time work before the first question. It sends a blank message, which the CLI rejects and does not
 * keep.
 */
export function warmUp(channel: Channel): void {
  const blank: UserTurn = { role: 'user', content: [{ type: 'text', text: ' ' }] };
  channel.send(userLine(blank, [], { uuid: randomUUID(), query: true }));
}
