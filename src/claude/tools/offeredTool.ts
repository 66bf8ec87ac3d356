/** Tools of a client as they are offered to the model. */
import type { ChatEvent, ChatRequest, ToolSpec } from '../../core/chat.js';

/** A tool as the model gets it. */
export interface OfferedTool extends ToolSpec {
  /** The name that the client uses. */
  readonly clientName: string;
}

/** A request in which tools and calls have the names and schemas of the API. */
export interface TranslatedRequest {
  /** Its tools are `OfferedTool`s. */
  readonly request: ChatRequest;
  /** Translates an event of the answer to the client's names. */
  readonly toClient: (event: ChatEvent) => ChatEvent;
}

export interface TranslationOptions {
  /** What the CLI puts before the names of the client's tools. */
  readonly prefix: string;
  /** Writes a line to the log. */
  readonly warn: (line: string) => void;
}

/** The name by which the client knows a tool of a translated request. */
export function clientNameOf(tool: ToolSpec | OfferedTool): string {
  return 'clientName' in tool ? tool.clientName : tool.name;
}
