/**
 * The vocabulary that every dialect is translated into and that the backend answers in.
 * Nothing here knows HTTP, a dialect or the CLI.
 */
import type { JsonObject } from './json.js';

/** `chat`: Claude as a plain model under the client's control. `workspace`: Claude Code at work in the folder. */
export type Lane = 'chat' | 'workspace';

/** How much a model may think before it answers. */
export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

export type ImageMediaType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';

/** An image by value. `data` is standard base64 with padding. */
export interface ImagePart {
  readonly type: 'image';
  readonly mediaType: ImageMediaType;
  readonly data: string;
}

/** The answer of one of the client's tools to the call with that id. */
export interface ToolResultPart {
  readonly type: 'toolResult';
  readonly callId: string;
  readonly content: string;
  readonly isError: boolean;
}

/** A call of one of the client's own tools, as the model made it. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: JsonObject;
}

export interface ToolCallPart {
  readonly type: 'toolCall';
  readonly call: ToolCall;
}

export interface UserMessage {
  readonly role: 'user';
  readonly content: readonly (TextPart | ImagePart | ToolResultPart)[];
}

export interface AssistantMessage {
  readonly role: 'assistant';
  readonly content: readonly (TextPart | ToolCallPart)[];
}

export type ChatMessage = UserMessage | AssistantMessage;

/** A tool that the client offers. `parameters` is its JSON Schema, passed to the model unchanged. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
}

/** What the answer must look like: any JSON, or JSON that obeys a schema. */
export type ResponseFormat =
  { readonly type: 'json' } | { readonly type: 'schema'; readonly schema: JsonObject };

/** Whether thinking is shown, and how hard the model thinks. `undefined` effort leaves it to the CLI. */
export interface Thinking {
  readonly show: boolean;
  readonly effort?: Effort;
}

/** One request: the whole conversation, as the client sent it. */
export interface ChatRequest {
  readonly lane: Lane;
  /** The model as the CLI names it (`Model.value`), never the client's string. */
  readonly model: string;
  readonly system: string;
  /** At least one message. Messages of one role may follow each other. */
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolSpec[];
  readonly format?: ResponseFormat;
  readonly thinking?: Thinking;
  /** Generation ends before the first of these strings. */
  readonly stop: readonly string[];
  /** Upper bound of generated tokens; `undefined` is the model's own. */
  readonly maxTokens?: number;
  /** How long the conversation should be kept ready for its next turn, milliseconds; `undefined` leaves it to us. */
  readonly keepAliveMs?: number;
  /** Who asks, in no particular form: requests of different clients take turns. */
  readonly client?: string;
}

/** Token counts of one answer, as the CLI reported them. */
export interface Usage {
  /** All tokens of the prompt, cached ones included. */
  readonly promptTokens: number;
  /** The part of `promptTokens` that came from the cache. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

/** `toolCalls`: the model waits for the results of its calls. `refusal`: the model declined. */
export type DoneReason = 'stop' | 'length' | 'toolCalls' | 'refusal';

/** Times of one answer in milliseconds. */
export interface Timings {
  /** Until the request left for the API. */
  readonly loadMs: number;
  /** From there until the first token. */
  readonly promptMs: number;
  /** From the first token to the last. */
  readonly outputMs: number;
}

/** An answer ends with exactly one `done`, or the iteration throws a `ChatError`. */
export type ChatEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  | { readonly type: 'toolCall'; readonly call: ToolCall }
  /** What is counted so far, told before the first words where the API says it then. The last one counts. */
  | { readonly type: 'usage'; readonly usage: Usage }
  | {
      readonly type: 'done';
      readonly reason: DoneReason;
      /** With `stop`: the stop sequence of the request that ended the answer. */
      readonly stopSequence?: string;
      readonly usage: Usage;
      readonly timings: Timings;
      /** What the turn cost in US dollars, where the CLI says so. */
      readonly costUsd?: number;
    };
