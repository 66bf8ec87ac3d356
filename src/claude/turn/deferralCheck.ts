/**
 * Notices calls of the client's tools that the CLI answers on its own. The hook of this program defers every call to the
 * client; settings that switch hooks off would make the CLI run it, or refuse it, and the client would never know.
 */
import { ChatError } from '../../core/errors.js';
import type { CliMessage } from '../process/incoming.js';
import { STRUCTURED_OUTPUT_TOOL } from './structuredOutput.js';

/** How the CLI begins its answer to a call that the model got wrong: an unknown tool, or no valid input. */
const MISTAKE = '<tool_use_error>';

export class DeferralCheck {
  readonly #clientNameOf: (apiName: string) => string | undefined;
  /** Calls of the client's tools: id → the client's name of the tool. */
  readonly #calls = new Map<string, string>();

  /** @param clientNameOf returns `undefined` for a tool that is not on offer */
  constructor(clientNameOf: (apiName: string) => string | undefined) {
    this.#clientNameOf = clientNameOf;
  }

  /** @throws ChatError `cliFailed` if the message answers a call of the client's tools */
  read(message: CliMessage): void {
    if ((message.type !== 'assistant' && message.type !== 'user') || message.parent_tool_use_id) return;
    for (const block of message.message.content) {
      if (block.type === 'tool_use' && block.name !== STRUCTURED_OUTPUT_TOOL) {
        const name = this.#clientNameOf(block.name);
        if (name !== undefined) this.#calls.set(block.id, name);
      }
      if (block.type !== 'tool_result' || message.type !== 'user') continue;
      const name = this.#calls.get(block.tool_use_id);
      if (name !== undefined && !isMistake(block.content)) throw callNotDeferred(name);
    }
  }
}

/** Whether the result of a call says that the model got the call wrong, so that no tool ran. */
export function isMistake(content: unknown): boolean {
  return textOf(content).startsWith(MISTAKE);
}

function textOf(content: unknown): string {
  const first: unknown = Array.isArray(content) ? content[0] : content;
  if (typeof first === 'object' && first !== null && 'text' in first) return String(first.text).trimStart();
  return typeof first === 'string' ? first.trimStart() : '';
}

/** The error for a call that did not reach the client. @param tool the client's name of the tool */
export function callNotDeferred(tool: string): ChatError {
  return new ChatError(
    'cliFailed',
    `The Claude CLI did not pass the call of the tool ${JSON.stringify(tool)} on to the client, so the answer was ` +
      'stopped. This happens when hooks are switched off. Check the settings of Claude for what does that, also ' +
      'those of your organization.',
  );
}
