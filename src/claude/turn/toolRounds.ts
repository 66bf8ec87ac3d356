/**
 * An answer may take several rounds, in which the CLI runs its own tools. Adds a line of progress for each tool that has
 * finished, and knows whether one is running. Pure.
 */
import type { ChatEvent } from '../../core/chat.js';
import type { JsonObject } from '../../core/json.js';
import type { CliMessage, CliMessageOf } from '../process/incoming.js';
import { STRUCTURED_OUTPUT_TOOL } from './structuredOutput.js';
import type { FinishedToolUse, ToolUse } from '../workspace/toolPaths.js';
import type { TurnOutput } from './turnOutput.js';

/** Separates the texts of two messages. */
const PARAGRAPH = '\n\n';

export interface ToolRoundsOptions {
  /** Whether a tool of that name is the client's, so that the CLI does not run it. */
  readonly isClientTool: (name: string) => boolean;
  /** One line about a tool that has finished; `undefined` for none. */
  readonly progress: (use: FinishedToolUse) => string | undefined;
}

export class ToolRounds {
  readonly #options: ToolRoundsOptions;
  readonly #running = new Map<string, ToolUse>();
  /** Whether a message has ended since the last text. */
  #messageEnded = false;
  /** The last characters of the text and of the thinking so far. */
  #textEnd = '';
  #thinkingEnd = '';

  constructor(options: ToolRoundsOptions) {
    this.#options = options;
  }

  /** Whether a tool is running or waiting for a permission. The CLI may then send nothing for any length of time. */
  get running(): boolean {
    return this.#running.size > 0;
  }

  /**
   * Follows one message.
   * @param output what the turn reader made of it
   * @returns the output with lines of progress and paragraph breaks added
   */
  read(message: CliMessage, output: TurnOutput): TurnOutput {
    const progress = this.#trackTools(message);
    const events = output.events.map((event) => this.#separate(event));
    if (endsMessage(message)) this.#messageEnded = true;
    return { ...output, events: [...progress, ...events] };
  }

  /** Text was taken back. @param text what is left of it */
  continueAfter(text: string): void {
    this.#textEnd = text.slice(-PARAGRAPH.length);
  }

  #trackTools(message: CliMessage): ChatEvent[] {
    if (message.type === 'assistant') this.#toolsStarted(message);
    return message.type === 'user' ? this.#toolsFinished(message) : [];
  }

  #toolsStarted({ message }: CliMessageOf<'assistant'>): void {
    for (const block of message.content) {
      if (block.type !== 'tool_use' || block.name === STRUCTURED_OUTPUT_TOOL) continue;
      if (this.#options.isClientTool(block.name)) continue;
      this.#running.set(block.id, { tool: block.name, input: block.input as JsonObject });
    }
  }

  #toolsFinished({ message }: CliMessageOf<'user'>): ChatEvent[] {
    return message.content.flatMap((block): ChatEvent[] => {
      const use = block.type === 'tool_result' ? this.#running.get(block.tool_use_id) : undefined;
      if (block.type !== 'tool_result' || use === undefined) return [];
      this.#running.delete(block.tool_use_id);
      const line = this.#options.progress({ ...use, failed: block.is_error === true });
      return line === undefined ? [] : [this.#progressLine(line)];
    });
  }

  /** A line of progress starts on a new line. */
  #progressLine(line: string): ChatEvent {
    const lineBreak = this.#thinkingEnd === '' || this.#thinkingEnd === '\n' ? '' : '\n';
    this.#thinkingEnd = '\n';
    return { type: 'thinking', text: `${lineBreak}${line}\n` };
  }

  /** The text of each message starts a new paragraph. */
  #separate(event: ChatEvent): ChatEvent {
    if (event.type === 'thinking') {
      this.#thinkingEnd = event.text.slice(-1);
      return event;
    }
    if (event.type !== 'text') return event;
    const needsBreak = this.#messageEnded && this.#textEnd !== '' && !this.#textEnd.endsWith(PARAGRAPH);
    this.#messageEnded = false;
    const text = (needsBreak ? PARAGRAPH : '') + event.text;
    this.#textEnd = (this.#textEnd + text).slice(-PARAGRAPH.length);
    return { type: 'text', text };
  }
}

/** Whether the API has completed a message. One that was interrupted may continue in the next message. */
function endsMessage(message: CliMessage): boolean {
  if (message.type !== 'stream_event' || message.parent_tool_use_id) return false;
  return message.event.type === 'message_delta' && Boolean(message.event.delta.stop_reason);
}
