/** Models that clients make out of a model of the CLI: `ollama create`, `/save` in `ollama run`, `ollama cp`. */
import type { ChatRequest } from './chat.js';
import type { ConversationEntry } from './conversationEntry.js';
import type { Json, JsonObject } from './json.js';

/** The generation options that a request may leave to its model. */
export type StoredOptions = Pick<ChatRequest, 'stop' | 'maxTokens' | 'sampling'>;

/** What a model adds to every chat with it. */
export interface StoredModel {
  /** With its tag, in the case in which it was created: `My-Copy:V1`. */
  readonly name: string;
  /** The model of the CLI that answers: a name of the catalog, also with an effort (`claude-sonnet:high`), or an id. */
  readonly from: string;
  readonly modifiedAt: Date;
  /** The system prompt of chats that have none; may be empty. */
  readonly system: string;
  /** Texts for `/api/show`; they have no effect. */
  readonly license: readonly string[];
  /** As in `options` of Ollama's API. */
  readonly parameters: JsonObject;
  /** What `parameters` mean. */
  readonly options: StoredOptions;
  /** As in `messages` of Ollama's API. */
  readonly messages: readonly Json[];
  /** The same messages. They come before those of the client. */
  readonly history: readonly ConversationEntry[];
}

/**
 * The messages of a chat with a model. As in Ollama (`ChatHandler` in server/routes.go), the stored system prompt counts only
 * if the client's first message is no system message. System messages at the client's beginning stay at the beginning, before
 * the stored messages, because there they are the system prompt.
 * @param entries of the client
 * @param clientSystem a system prompt that the client sent outside of its messages
 */
export function withStoredMessages(
  entries: readonly ConversationEntry[],
  stored: StoredModel | undefined,
  clientSystem = '',
): readonly ConversationEntry[] {
  if (stored === undefined) return entries;
  const firstTurn = entries.findIndex(({ role }) => role !== 'system');
  // Nothing but system messages: they are the question.
  if (firstTurn < 0 && entries.length > 0) return [...stored.history, ...entries];
  const own = entries.slice(0, firstTurn);
  const isStoredUsed = own.length === 0 && clientSystem === '' && stored.system !== '';
  return [
    ...own,
    ...(isStoredUsed ? [{ role: 'system', content: [{ type: 'text', text: stored.system }] } as const] : []),
    ...stored.history,
    ...entries.slice(own.length),
  ];
}

/** The options of a request, with the stored ones where the client sent none. */
export function withStoredOptions(
  { stop, maxTokens, sampling }: StoredOptions,
  stored: StoredModel | undefined,
): StoredOptions {
  const limit = maxTokens ?? stored?.options.maxTokens;
  const chosen = { ...stored?.options.sampling, ...sampling };
  return {
    stop: stop.length === 0 ? (stored?.options.stop ?? stop) : stop,
    ...(limit === undefined ? {} : { maxTokens: limit }),
    ...(Object.keys(chosen).length === 0 ? {} : { sampling: chosen }),
  };
}
