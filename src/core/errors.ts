/** Every way in which a request can fail. Each dialect maps this closed set to HTTP statuses in one table. */
export type ErrorKind =
  /** The request is invalid, for this server or for the model. */
  | 'badRequest'
  /** No model has that name. */
  | 'unknownModel'
  /** The conversation does not fit into the model's context. */
  | 'contextTooLong'
  /** The request exceeds the size that can be sent. */
  | 'tooLarge'
  /** The folder is not trusted, so no process may start in it. */
  | 'untrusted'
  /** The Claude CLI was not found or cannot be run. */
  | 'cliMissing'
  /** The Claude CLI lacks a feature that the server needs. */
  | 'cliTooOld'
  /** The Claude CLI has no valid credentials. */
  | 'notSignedIn'
  /** The API rejects the key or token that the user has configured, or the command that returns it fails. */
  | 'keyRejected'
  /** The API knows the key or account, but does not allow it this request: the model, the workspace or the region. */
  | 'forbidden'
  /** The account has no credit, or a problem with its payment. */
  | 'paymentRequired'
  /** The Claude CLI crashed or violated its protocol. */
  | 'cliFailed'
  /** A rate limit of the API or of the plan is reached; `retryAfterSeconds` tells how long, where known. */
  | 'rateLimited'
  /** The API is overloaded or has an internal failure. */
  | 'overloaded'
  /** The API cannot be reached, or something else answers instead of it. */
  | 'unreachable'
  /** Too many requests are waiting already. */
  | 'busy'
  /** The CLI sent nothing for too long. */
  | 'timeout'
  /** The client disconnected, or the server is stopping. */
  | 'cancelled'
  /** The user cancelled the request in VS Code. The client must not repeat it. */
  | 'cancelledByUser'
  /** A defect of this program. */
  | 'internal';

/** A message repeats what a client sent, which may be megabytes. */
const MAX_MESSAGE_CHARACTERS = 10_000;

function shortened(message: string): string {
  return message.length > MAX_MESSAGE_CHARACTERS ? `${message.slice(0, MAX_MESSAGE_CHARACTERS)}…` : message;
}

/** The one error class. `message` is shown to the client's user: what happened, why, and what to do next. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly kind: ErrorKind;
  /** Seconds until a retry makes sense. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    kind: ErrorKind,
    message: string,
    options: { cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(shortened(message), options.cause === undefined ? {} : { cause: options.cause });
    this.kind = kind;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** A `ChatError` of the kind `badRequest`. */
export function badRequest(message: string): ChatError {
  return new ChatError('badRequest', message);
}

/** Checks by name, not by `instanceof`: each bundle of this program has its own copy of the class. */
function isChatError(thrown: unknown): thrown is ChatError {
  return thrown instanceof Error && thrown.name === 'ChatError' && 'kind' in thrown;
}

/** Never throws, although converting an arbitrary object to a string can. */
function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return typeof thrown;
  }
}

/** Converts any thrown value to a `ChatError`. A value that is not one is a defect and gets the kind `internal`. */
export function asChatError(thrown: unknown): ChatError {
  if (isChatError(thrown)) return thrown;
  const message = messageOf(thrown);
  return new ChatError('internal', `Internal error: ${message}. Please report it with the log.`, {
    cause: thrown,
  });
}
