/**
 * The vocabulary that every dialect is translated to and that the backend answers in.
 * Independent of HTTP, of the dialects and of the CLI.
 */
import type { JsonObject } from './json.js';

/** `chat`: Claude as a plain model under the client's control. `workspace`: Claude Code works in the open folder. */
export type Lane = 'chat' | 'workspace';

/** How much a model may think before it answers. */
export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** Every effort, the lowest first. */
export const EFFORTS: readonly Effort[] = ['low', 'medium', 'high', 'xhigh', 'max'];

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

/** A document by value. `data` of a PDF is standard base64 with padding. `parts` are the chunks of a document in order. */
export interface DocumentPart {
  readonly type: 'document';
  readonly source:
    | { readonly type: 'pdf'; readonly data: string }
    | { readonly type: 'text'; readonly text: string }
    | { readonly type: 'parts'; readonly parts: readonly (TextPart | ImagePart)[] };
  readonly title?: string;
  /** What the client says about the document; not part of it. */
  readonly context?: string;
}

/** What a search of the client found: one source with at least one text. */
export interface SearchResultPart {
  readonly type: 'searchResult';
  /** An address or a name. */
  readonly source: string;
  readonly title: string;
  readonly content: readonly TextPart[];
}

/** What a message of the user or the result of a tool call can contain. */
export type ContentPart = TextPart | ImagePart | DocumentPart | SearchResultPart;

/** The result of the tool call with the id `callId`. */
export interface ToolResultPart {
  readonly type: 'toolResult';
  readonly callId: string;
  readonly content: readonly ContentPart[];
  readonly isError: boolean;
}

/** A call of one of the client's own tools. */
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
  readonly content: readonly (ContentPart | ToolResultPart)[];
}

export interface AssistantMessage {
  readonly role: 'assistant';
  readonly content: readonly (TextPart | ToolCallPart)[];
}

export type ChatMessage = UserMessage | AssistantMessage;

/** A tool that the client offers. `parameters` is its JSON Schema as the client sent it; the backend repairs it. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
}

/** The required format of the answer: any JSON, or JSON that matches a schema. */
export type ResponseFormat =
  { readonly type: 'json' } | { readonly type: 'schema'; readonly schema: JsonObject };

/** Whether the model must call a tool, and how many. */
export interface ToolChoice {
  /** The model must call one of the tools. */
  readonly required: boolean;
  /** With `required`: the only tool that the model may call. */
  readonly name?: string;
  /** The model must not call more than one tool in one message. */
  readonly single: boolean;
}

/** How the model chooses among likely tokens. Newer models do not take these. */
export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
}

/** Whether and how hard the model thinks, and whether that is sent to the client. */
export interface Thinking {
  /** What the client asked for. If absent, the CLI decides. */
  readonly mode?: 'on' | 'off';
  readonly show: boolean;
  /** If absent, the CLI decides. */
  readonly effort?: Effort;
}

/** One request: the whole conversation, as the client sent it. */
export interface ChatRequest {
  readonly lane: Lane;
  /** The CLI's name of the model (`Model.value`), never the client's string. */
  readonly model: string;
  readonly system: string;
  /** At least one message. Consecutive messages may have the same role. */
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolSpec[];
  /** If absent, the model decides. */
  readonly toolChoice?: ToolChoice;
  readonly format?: ResponseFormat;
  readonly thinking?: Thinking;
  /** Generation ends before the first of these strings. */
  readonly stop: readonly string[];
  /** Maximum number of generated tokens; `undefined` for the model's own limit. */
  readonly maxTokens?: number;
  readonly sampling?: Sampling;
  /** Whether the client gets the answer only when it is complete, so that a part of it can still be replaced. */
  readonly buffered?: boolean;
  /** How long to keep the conversation ready for its next turn, in milliseconds; `undefined` for the default. */
  readonly keepAliveMs?: number;
  /** The client's name in any form. The queue alternates between clients. */
  readonly client?: string;
  /** The label of a workspace request in the log, such as `#7`: its permission requests belong to that row of Activity. */
  readonly label?: string;
}

/** Token counts of one answer, as reported by the CLI. */
export interface Usage {
  /** All tokens of the prompt, including cached ones. */
  readonly promptTokens: number;
  /** The part of `promptTokens` that was read from the cache. */
  readonly cachedTokens: number;
  /** The part of `promptTokens` that was written to the cache; absent if none was. */
  readonly cacheWriteTokens?: number;
  readonly outputTokens: number;
}

/**
 * `length`: the token limit was reached. `contextFull`: the model's context window was. `toolCalls`: the model waits for the
 * results of its calls. `refusal`: the model declined to answer.
 */
export type DoneReason = 'stop' | 'length' | 'contextFull' | 'toolCalls' | 'refusal';

/** Durations of the parts of one answer, in milliseconds. */
export interface Timings {
  /** Until the request was sent to the API. */
  readonly loadMs: number;
  /** From there until the first content of the model, whatever its type. */
  readonly promptMs: number;
  /** How long the model sent content, thinking and tool calls included, whether the client gets it or not. */
  readonly outputMs: number;
}

/** An answer ends with exactly one `done`, or the iteration throws a `ChatError`. */
export type ChatEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  | { readonly type: 'toolCall'; readonly call: ToolCall }
  /** Preliminary counts, reported before the first text where the API does so. The counts of `done` replace them. */
  | { readonly type: 'usage'; readonly usage: Usage }
  | {
      readonly type: 'done';
      readonly reason: DoneReason;
      /** With the reason `stop`: the stop sequence of the request that ended the answer. */
      readonly stopSequence?: string;
      readonly usage: Usage;
      readonly timings: Timings;
      /** The cost of the turn in US dollars, where the CLI reports it. */
      readonly costUsd?: number;
    };
