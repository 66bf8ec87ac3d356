/** Every way in which a request can fail. Each dialect maps this closed set to a status in one table. */
export type ErrorKind =
  /** The request makes no sense to us or to the model. */
  | 'badRequest'
  /** No model of that name. */
  | 'unknownModel'
  /** The conversation does not fit into the model's context. */
  | 'contextTooLong'
  /** The request has more bytes than can be sent. */
  | 'tooLarge'
  /** The folder is not trusted, so no process may start in it. */
  | 'untrusted'
  /** The Claude CLI was not found or cannot be run. */
  | 'cliMissing'
  /** The Claude CLI lacks what the server needs. */
  | 'cliTooOld'
  /** The Claude CLI has no valid credentials. */
  | 'notSignedIn'
  /** The Claude CLI died or broke its protocol. */
  | 'cliFailed'
  /** The API or the plan refuses for now; `retryAfterSeconds` tells how long, where known. */
  | 'rateLimited'
  /** The API is overloaded or has an internal failure. */
  | 'overloaded'
  /** The API cannot be reached. */
  | 'unreachable'
  /** Too many requests wait already. */
  | 'busy'
  /** Nothing came for too long. */
  | 'timeout'
  /** The client went away, or the server stops. */
  | 'cancelled'
  /** The user cancelled the request in VS Code. The client must not repeat it. */
  | 'cancelledByUser'
  /** A defect of ours. */
  | 'internal';

/** The one error class. `message` is for the person at the client: what happened, why, what to do next. */
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
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.kind = kind;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** By its looks: a part of the program that is a bundle of its own has a class of its own. */
function isChatError(thrown: unknown): thrown is ChatError {
  return thrown instanceof Error && thrown.name === 'ChatError' && 'kind' in thrown;
}

/** Never throws, though not every object can be made a text. */
function wordsOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return typeof thrown;
  }
}

/** Any thrown value as a `ChatError`; what is not one is a defect and becomes `internal`. */
export function asChatError(thrown: unknown): ChatError {
  if (isChatError(thrown)) return thrown;
  const text = wordsOf(thrown);
  return new ChatError('internal', `Internal error: ${text}. Please report it with the log.`, {
    cause: thrown,
  });
}
