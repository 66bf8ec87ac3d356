/**
 * The rounds of an answer in which the CLI runs tools of its own: what of them a client gets to see, and whether one is
 * under way. Pure.
 */
import type { ChatEvent } from '../../core/chat.js';
import type { JsonObject } from '../../core/json.js';
import type { CliMessage, CliMessageOf } from '../process/incoming.js';
import { STRUCTURED_OUTPUT } from './structuredOutput.js';
import type { ToolUse } from '../workspace/toolPaths.js';
import type { TurnStep } from './turnOutput.js';

/** Between what one message says and the next. */
const PARAGRAPH = '\n\n';

export class ToolRounds {
  readonly #isClients: (tool: string) => boolean;
  readonly #progress: (use: ToolUse, failed: boolean) => string | undefined;
  readonly #running = new Map<string, ToolUse>();
  /** The text that the client has is of a message that is complete. */
  #apart = false;
  #text = '';
  #thinking = '';

  /**
   * @param isClients whether a tool of that name is the client's, and not run here
   * @param progress one line on a call that is over, or nothing
   */
  constructor(
    isClients: (tool: string) => boolean,
    progress: (use: ToolUse, failed: boolean) => string | undefined,
  ) {
    this.#isClients = isClients;
    this.#progress = progress;
  }

  /** Whether a tool runs, or waits for a permission: the CLI may then be silent for as long as it takes. */
  get running(): boolean {
    return this.#running.size > 0;
  }

  /** What one message brought, with what it says of tools added. */
  read(message: CliMessage, step: TurnStep): TurnStep {
    const progress = this.#follow(message);
    const said = step.events.flatMap((event) => this.#say(event));
    if (completes(message)) this.#apart = true;
    return { ...step, events: [...progress, ...said] };
  }

  #follow(message: CliMessage): ChatEvent[] {
    if (message.type === 'assistant') this.#begin(message);
    return message.type === 'user' ? this.#end(message) : [];
  }

  #begin({ message }: CliMessageOf<'assistant'>): void {
    for (const block of message.content) {
      if (block.type !== 'tool_use' || block.name === STRUCTURED_OUTPUT || this.#isClients(block.name))
        continue;
      this.#running.set(block.id, { tool: block.name, input: block.input as JsonObject });
    }
  }

  #end({ message }: CliMessageOf<'user'>): ChatEvent[] {
    return message.content.flatMap((block): ChatEvent[] => {
      const use = block.type === 'tool_result' ? this.#running.get(block.tool_use_id) : undefined;
      if (block.type !== 'tool_result' || use === undefined) return [];
      this.#running.delete(block.tool_use_id);
      const line = this.#progress(use, block.is_error === true);
      return line === undefined ? [] : this.#say({ type: 'thinking', text: `${line}\n` }, true);
    });
  }

  /** Lines of progress begin on a line of their own, and the text of each message is a paragraph of its own. */
  #say(event: ChatEvent, line = false): ChatEvent[] {
    if (event.type === 'thinking') {
      const text = line && !/(^|\n)$/.test(this.#thinking) ? `\n${event.text}` : event.text;
      this.#thinking = text.slice(-1);
      return [{ type: 'thinking', text }];
    }
    if (event.type !== 'text') return [event];
    const gap = this.#apart && this.#text !== '' && !this.#text.endsWith(PARAGRAPH) ? PARAGRAPH : '';
    this.#apart = false;
    const text = gap + event.text;
    this.#text = (this.#text + text).slice(-PARAGRAPH.length);
    return [{ type: 'text', text }];
  }
}

/** Whether the API is done with a message. One that broke off may go on in the next. */
function completes(message: CliMessage): boolean {
  if (message.type !== 'stream_event' || message.parent_tool_use_id) return false;
  return message.event.type === 'message_delta' && Boolean(message.event.delta.stop_reason);
}
