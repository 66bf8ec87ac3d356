/** The messages of a client, before they become a conversation. */
import type { ContentPart, ToolCall } from './chat.js';

/** The content of a message, without its tool calls. */
export type Content = readonly ContentPart[];

/** One message of a client. A result may have an empty `name`; results and calls may have empty ids. */
export type ConversationEntry =
  | { readonly role: 'system'; readonly content: Content }
  | { readonly role: 'user'; readonly content: Content }
  | { readonly role: 'assistant'; readonly content: Content; readonly calls: readonly ToolCall[] }
  | {
      readonly role: 'result';
      readonly callId: string;
      readonly name: string;
      readonly content: Content;
      /** The tool failed. */
      readonly isError?: boolean;
    };
