/**
 * Notices calls of the CLI's own tools that ran although the permission gate was not asked. The CLI asks it in a hook before
 * each call; what switches hooks off would let the CLI's own rules decide alone.
 */
import { ChatError } from '../../core/errors.js';
import type { CliMessage } from '../process/incoming.js';
import { isMistake } from './deferralCheck.js';
import { STRUCTURED_OUTPUT_TOOL } from './structuredOutput.js';

export interface PermissionCheckOptions {
  /** Whether a tool of that name is the client's, so that the CLI does not run it. */
  readonly isClientTool: (name: string) => boolean;
  /** Whether the hook was called for the call with that id. */
  readonly wasAsked: (callId: string) => boolean;
}

export class PermissionCheck {
  readonly #options: PermissionCheckOptions;
  /** Calls without a result, of subagents too: id → tool. */
  readonly #running = new Map<string, string>();

  constructor(options: PermissionCheckOptions) {
    this.#options = options;
  }

  /** @throws ChatError `cliFailed` if the message has the result of a call for which the hook was not called */
  read(message: CliMessage): void {
    if (message.type !== 'assistant' && message.type !== 'user') return;
    for (const block of message.message.content) {
      if (block.type === 'tool_use' && message.type === 'assistant') this.#running.set(block.id, block.name);
      if (block.type !== 'tool_result' || message.type !== 'user') continue;
      const tool = this.#running.get(block.tool_use_id);
      this.#running.delete(block.tool_use_id);
      if (tool === undefined || tool === STRUCTURED_OUTPUT_TOOL || this.#options.isClientTool(tool)) continue;
      if (this.#options.wasAsked(block.tool_use_id) || isMistake(block.content)) continue;
      throw new ChatError(
        'cliFailed',
        `The Claude CLI used the tool ${JSON.stringify(tool)} without asking this server for permission, so the answer ` +
          'was stopped. What the tool has done is not undone. This happens when hooks are switched off. Check the settings ' +
          'of Claude for what does that, also those of the folder and of your organization.',
      );
    }
  }
}
