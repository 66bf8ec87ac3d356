/** The handler of every chat route. The APIs differ only in how they read requests and write replies. */
import type { BackendObserver } from '../../core/backend.js';
import type { CatalogEntry } from '../../core/catalog.js';
import type { ChatRequest } from '../../core/chat.js';
import { badRequest, type ChatError } from '../../core/errors.js';
import type { ReplyEvent, StreamEncoder } from '../../protocol/dialect.js';
import type { Fields, GoStruct } from '../../protocol/json/fields.js';
import { yieldIfLarge } from '../body.js';
import { answerChoices } from '../choices.js';
import { type Exchange, JSON_TYPE, send } from '../exchange.js';
import { checkLimits } from '../limits.js';
import { clientName } from '../requestLog.js';
import { type PendingRetry, replyEvents, type ReplySource, sendWholeReply, streamReply } from '../stream.js';
import { readChatFields, requireModel, type RouteContext } from './context.js';

/** Ollama's default: how long a model counts as loaded if the request has no `keep_alive`. */
const DEFAULT_KEEP_ALIVE_MS = 5 * 60_000;

/** The fields that every decoded chat request has. */
export interface ChatBody {
  /** As the client sent it. */
  readonly model: string;
  readonly stream: boolean;
  readonly keepAliveMs?: number | undefined;
}

/** A chat for the backend. APIs may add fields for their encoder. */
export interface AnswerAction {
  readonly type: 'answer';
  readonly request: ChatRequest;
  /** The chats of the other choices, for a reply with several. */
  readonly moreRequests?: readonly ChatRequest[];
}

/** In Ollama, a request without a prompt loads or unloads its model. */
export interface LoadAction {
  readonly type: 'load' | 'unload';
  readonly reply: { readonly contentType: string; readonly text: string };
}

/** One chat API: how its requests are read and its replies are written. */
export interface ChatApi<Body extends ChatBody, Answer extends AnswerAction, ReplyContext> {
  /** The Go struct of the body in Ollama, for its error messages. */
  readonly struct: GoStruct;
  /** @throws ChatError `badRequest` for an invalid body */
  readonly decode: (fields: Fields) => Body;
  /** Finds the requested model; by default `requireModel`. @throws ChatError */
  readonly findModel?: (context: RouteContext, exchange: Exchange, model: string) => Promise<CatalogEntry>;
  /** What the parts of one reply share, such as its id. */
  readonly replyContext: (body: Body, exchange: Exchange) => ReplyContext;
  /** @throws ChatError for a request that the model cannot answer */
  readonly translate: (
    body: Body,
    entry: CatalogEntry,
    context: ReplyContext,
    exchange: Exchange,
  ) => Answer | LoadAction;
  /** Writes a streamed reply. */
  readonly encoder: (
    context: ReplyContext,
    body: Body,
    action: Answer,
  ) => StreamEncoder | Promise<StreamEncoder>;
  /** Writes a complete reply as one JSON text. */
  readonly reply: (
    events: readonly ReplyEvent[],
    context: ReplyContext,
    action: Answer,
  ) => string | Promise<string>;
  /** Additional response headers of a streamed reply. */
  readonly streamHeaders?: Readonly<Record<string, string>>;
}

/** An action for APIs that neither load models nor need additional fields. */
export function answerAction(request: ChatRequest, ...moreRequests: readonly ChatRequest[]): AnswerAction {
  return { type: 'answer', request, moreRequests };
}

/** An action whose reply is the given object. */
export function loadAction(type: LoadAction['type'], reply: object): LoadAction {
  return { type, reply: { contentType: JSON_TYPE, text: JSON.stringify(reply) } };
}

function isAnswer<Answer extends AnswerAction>(action: Answer | LoadAction): action is Answer {
  return action.type === 'answer';
}

/** Creates the handler of a chat route: decode, find the model, translate, run its chats, write the reply. */
export function chatRoute<Body extends ChatBody, Answer extends AnswerAction, ReplyContext>(
  context: RouteContext,
  api: ChatApi<Body, Answer, ReplyContext>,
): (exchange: Exchange) => Promise<void> {
  const { findModel = requireModel, streamHeaders = {} } = api;
  return async (exchange) => {
    const { response } = exchange;
    const { fields, size } = await readChatFields(exchange, api.struct);
    const body = api.decode(fields);
    await yieldIfLarge(size);
    const { keepAliveMs = DEFAULT_KEEP_ALIVE_MS } = body;
    const entry = await findModel(context, exchange, body.model);
    const replyContext = api.replyContext(body, exchange);
    const action = api.translate(body, entry, replyContext, exchange);
    await yieldIfLarge(size);

    if (!isAnswer(action)) {
      const { type, reply } = action;
      if (type === 'load') context.loadedModels.use(entry, keepAliveMs)();
      else context.loadedModels.unload(entry);
      send(response, 200, reply.contentType, reply.text);
      return;
    }

    if (body.stream) {
      for (const [name, value] of Object.entries(streamHeaders)) response.setHeader(name, value);
    }
    const asked = [action.request, ...(action.moreRequests ?? [])];
    const requests = body.stream ? asked : asked.map((request) => ({ ...request, buffered: true }));
    await runChats(context, exchange, { entry, requests, keepAliveMs }, async (source, retry) =>
      body.stream
        ? streamReply(exchange, {
            source,
            encoder: await api.encoder(replyContext, body, action),
            heartbeatMs: context.heartbeatMs,
            retry,
          })
        : sendWholeReply(exchange, { source, encode: (all) => api.reply(all, replyContext, action) }),
    );
  };
}

interface Chats {
  readonly entry: CatalogEntry;
  /** One for each choice of the reply. */
  readonly requests: readonly ChatRequest[];
  readonly keepAliveMs: number;
}

/** Applies the effort in the requested name, unless the request has one of its own or turns thinking off. */
function withEffortOf({ effort }: CatalogEntry, request: ChatRequest): ChatRequest {
  const { thinking = { show: false } } = request;
  if (effort === undefined || thinking.effort !== undefined || thinking.mode === 'off') return request;
  return { ...request, thinking: { ...thinking, effort } };
}

/**
 * Passes chats to the backend and their events to `write`. The model counts as loaded until `keepAliveMs` after the end.
 * @throws ChatError `badRequest` for a chat that exceeds a limit, and for several with a workspace model
 */
async function runChats(
  context: RouteContext,
  exchange: Exchange,
  { entry, requests, keepAliveMs }: Chats,
  write: (source: ReplySource, retry: Readonly<PendingRetry>) => Promise<void>,
): Promise<void> {
  for (const request of requests) checkLimits(request);
  if (requests.length > 1 && entry.lane === 'workspace') throw oneAnswerInWorkspace(entry.name);
  const client = clientName(exchange.request.headers['user-agent']);
  // Only workspace models ask the user for permission.
  const label = entry.lane === 'workspace' ? { label: `#${exchange.id}` } : {};
  const release = context.loadedModels.use(entry, keepAliveMs);
  try {
    await exchange.runChat(async (observation) => {
      const retry: PendingRetry = { at: 0 };
      const observer: BackendObserver = {
        ...observation.backendObserver,
        requestSent() {
          // Another choice may be answered already.
          if (observation.metrics.firstTokenMs === undefined) observation.backendObserver.requestSent();
        },
        retrying(delayMs) {
          retry.at = Math.max(retry.at, performance.now() + delayMs);
          observation.backendObserver.retrying(delayMs);
        },
      };
      const backend = context.backend();
      const events = answerChoices({
        requests,
        signal: exchange.signal,
        chat: (request, signal) =>
          replyEvents(
            backend.chat({ ...withEffortOf(entry, request), client, ...label }, signal, observer),
            signal,
            (event) => observation.record(event),
          ),
      });
      await write({ events, choices: requests.length }, retry);
    });
  } finally {
    release();
  }
}

/** Two agents that change the same files would undo each other's work. */
function oneAnswerInWorkspace(model: string): ChatError {
  const chatModel = model.replace(/:workspace$/, '');
  return badRequest(
    `${model} gives one answer to a request, because it works in the open folder. Leave out "n", or use the model ${chatModel}.`,
  );
}
