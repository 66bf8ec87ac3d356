/** The failure of one turn, from what the CLI reports about the API and its answers. */
import { ChatError, type ErrorKind } from '../../core/errors.js';
import { printable } from '../../core/log.js';
import { redactSecrets } from '../../core/secretRedaction.js';
import { kindOfStatus } from './apiStatus.js';
import {
  credentialSource,
  type CredentialSource,
  credentialsName,
  credentialsRemedy,
  environmentSecrets,
} from './credentials.js';
import type { CliMessage, ResultMessage } from './incoming.js';
import { Retries } from './retries.js';
import { withoutTerminalAdvice } from './terminalAdvice.js';

export interface ApiFailuresOptions {
  /** The environment of the CLI process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The end of what the process wrote to stderr: the error of `apiKeyHelper` is there only. */
  readonly stderr: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Reads the messages of one turn, and knows why it failed. */
export class ApiFailures {
  readonly #options: ApiFailuresOptions;
  readonly #retries: Retries;
  #apiKeySource: string | undefined;
  /** When the plan's limit that rejected the request resets, seconds since 1970. */
  #resetsAt: number | undefined;

  constructor(options: ApiFailuresOptions) {
    this.#options = options;
    this.#retries = new Retries({ canRetry: options.environment['CLAUDE_CODE_MAX_RETRIES'] !== '0' });
  }

  /** @throws ChatError if the CLI announces a retry for which the client should not wait */
  read(message: CliMessage): void {
    if (message.type === 'rate_limit_event') {
      const { status, resetsAt } = message.rate_limit_info;
      // Every response reports when the plan's limits reset; only a rejected one has reached a limit.
      this.#resetsAt = status === 'rejected' ? (resetsAt ?? undefined) : undefined;
    }
    if (message.type !== 'system') return;
    if (message.subtype === 'init') this.#apiKeySource = message.apiKeySource ?? undefined;
    if (message.subtype === 'api_retry') this.#retries.read(message, this.#credentials);
  }

  /** The error for a result message that reports a failure; `undefined` for one that reports a success. */
  ofResult(result: ResultMessage): ChatError | undefined {
    if (!result.is_error && result.subtype === 'success') {
      const stoppedByHook = result.num_turns === 0 || result.terminal_reason === 'hook_stopped';
      return stoppedByHook ? hookError(result) : undefined;
    }
    const cause = causeOf(result, this.#credentials);
    const message = this.#masked(this.#words(cause, result));
    const seconds = this.#retryAfterSeconds(cause.kind, result);
    return new ChatError(cause.kind, message, seconds === undefined ? {} : { retryAfterSeconds: seconds });
  }

  get #credentials(): CredentialSource {
    return credentialSource(this.#apiKeySource, this.#options.environment);
  }

  #words({ kind, explanation, remedy }: Cause, result: ResultMessage): string {
    const helperFailure =
      kind === 'keyRejected' ? /^apiKeyHelper failed: .*$/m.exec(this.#options.stderr())?.[0] : undefined;
    const more = [helperFailure && sentence(printable(helperFailure)), remedy].filter(Boolean);
    const text = explanation ?? reasonOf(result);
    return more.length === 0 ? text : [sentence(text), ...more].join(' ');
  }

  #masked(text: string): string {
    return redactSecrets(text, environmentSecrets(this.#options.environment));
  }

  #retryAfterSeconds(kind: ErrorKind, { api_error_status: status }: ResultMessage): number | undefined {
    if (kind !== 'rateLimited' && kind !== 'overloaded') return undefined;
    if (this.#resetsAt !== undefined && kind === 'rateLimited') {
      return Math.max(1, Math.ceil(this.#resetsAt - this.#options.now() / 1000));
    }
    return status ? this.#retries.secondsAfterLast : undefined;
  }
}

/** Why a turn failed. */
interface Cause {
  readonly kind: ErrorKind;
  /** Replaces the CLI's text, which does not fit a client of this server. */
  readonly explanation?: string;
  readonly remedy?: string;
}

/** What the CLI says about the failure. */
function textOf(result: ResultMessage): string {
  return result.errors?.join('; ') || result.result || result.api_error || result.subtype;
}

/** What the CLI says about the failure, without advice that only works in its terminal. */
function reasonOf(result: ResultMessage): string {
  return withoutTerminalAdvice(textOf(result));
}

/** The text of a page, which the CLI shortens to its title where it has one. */
function withoutMarkup(text: string): string {
  return printable(text.replace(/<[^<>]*>/g, ' ').replace(/\s+/g, ' '), 500);
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

const IMAGE_UNREADABLE =
  'The API cannot process an image of this conversation. Remove it, or send an undamaged PNG, JPEG, GIF or WebP file ' +
  'of at most 5 MB and 8000 pixels a side.';
const CHECK_BILLING = 'Check the plan, the credit and the payment of the account or key that Claude uses.';
const GET_PERMISSION =
  'Choose a model that this account or key may use, or ask an administrator of its organization for the permission.';
/** Words of a 403 about the credentials themselves (`OAuth token has been revoked`, `does not meet scope requirement`). */
const ENDED_CREDENTIALS = /\b(?:revoked|expired|invalid|scope)\b/i;
const CHECK_NETWORK =
  'It is not an answer of the API: check the proxy, the firewall and the gateway (HTTPS_PROXY, ANTHROPIC_BASE_URL) ' +
  'between this computer and the API.';
/** What the CLI says about an answer with the status 200 that is not one of the API. Technical details follow. */
const MALFORMED_ANSWER = /^.*\bAPI returned an empty or malformed response[^]*?(?=\s*Response: |$)/;

function causeOf(result: ResultMessage, credentials: CredentialSource): Cause {
  const text = reasonOf(result);
  const { terminal_reason: reason, api_error_status: status } = result;
  if (reason === 'prompt_too_long' || reason === 'blocking_limit') return { kind: 'contextTooLong' };
  if (reason === 'image_error') return imageCause(result, credentials);
  if (result.stop_reason === 'refusal') return { kind: 'badRequest' };
  if (result.api_error === 'connection_failed') return { kind: 'unreachable' };
  const unpaid = result.api_error_type === 'billing_error' || /^credit balance is too low/i.test(text);
  if (unpaid || status === 402) return { kind: 'paymentRequired', remedy: CHECK_BILLING };
  if (result.api_error === 'org_disabled_credential') return rejected(text, credentials);
  if (status) return statusCause(status, result, credentials);
  // Without credentials the CLI makes no request and sets no status field: only the text says so.
  if (reason === 'api_error' && /\bnot logged in\b|\/login\b/i.test(textOf(result))) {
    const remedy = credentialsRemedy({ type: 'signIn' });
    return { kind: 'notSignedIn', explanation: `Claude is not signed in: ${text}`, remedy };
  }
  const malformed = MALFORMED_ANSWER.exec(text)?.[0];
  if (malformed !== undefined) {
    return { kind: 'unreachable', explanation: malformed, remedy: CHECK_NETWORK };
  }
  return { kind: /timed? ?out/i.test(text) ? 'timeout' : 'cliFailed' };
}

/** Answers of the API have a type. Those of cloud providers have none, and neither have pages of a proxy or firewall. */
function isForeign(result: ResultMessage, credentials: CredentialSource): boolean {
  return !result.api_error_type && credentials.type !== 'cloud';
}

function statusCause(status: number, result: ResultMessage, credentials: CredentialSource): Cause {
  const kind = kindOfStatus(status);
  const foreign = isForeign(result, credentials);
  if (kind === 'keyRejected') return rejected(reasonOf(result), credentials);
  if (kind === 'forbidden') return forbidden(result, credentials);
  if (kind === 'unknownModel' && !foreign) return { kind, remedy: 'Choose another model.' };
  if (kind === 'rateLimited' || kind === 'overloaded' || !foreign) return { kind };
  const unusual = kind === 'badRequest' && status !== 400;
  return {
    kind: unusual ? 'unreachable' : kind,
    explanation: withoutMarkup(reasonOf(result)),
    remedy: CHECK_NETWORK,
  };
}

/** The cause of a 403, which the CLI always takes for rejected credentials. */
function forbidden(result: ResultMessage, credentials: CredentialSource): Cause {
  const text = withoutMarkup(reasonOf(result).replace(/^Failed to authenticate\.\s*/, ''));
  if (isForeign(result, credentials))
    return { kind: 'unreachable', explanation: text, remedy: CHECK_NETWORK };
  if (ENDED_CREDENTIALS.test(text)) return rejected(text, credentials);
  const explanation = `The API does not allow this request with ${credentialsName(credentials)}: ${text}`;
  return { kind: 'forbidden', explanation, remedy: GET_PERMISSION };
}

function rejected(text: string, credentials: CredentialSource): Cause {
  // The CLI names a failing helper, and the variable of a disabled organization.
  const named = /apiKeyHelper|ANTHROPIC_API_KEY/.test(text);
  const explanation = named
    ? text
    : `The API rejects ${credentialsName(credentials)}: ${withoutMarkup(text)}`;
  const kind = credentials.type === 'signIn' ? 'notSignedIn' : 'keyRejected';
  return { kind, explanation, remedy: credentialsRemedy(credentials) };
}

function imageCause(result: ResultMessage, credentials: CredentialSource): Cause {
  if (result.api_error === 'media_removed') return { kind: 'badRequest', explanation: IMAGE_UNREADABLE };
  const tooLarge = result.api_error_status === 413 || /too large/i.test(reasonOf(result));
  if (!tooLarge) return { kind: 'badRequest' };
  const byProxy = result.api_error_status === 413 && isForeign(result, credentials);
  return byProxy ? { kind: 'tooLarge', remedy: CHECK_NETWORK } : { kind: 'tooLarge' };
}

/**
 * The error for a turn that a hook in the user's or the project's settings has stopped, which the CLI reports as a success.
 * Contains the hook's message, but not the prompt that the CLI repeats after it.
 */
function hookError({ result }: ResultMessage): ChatError {
  const hookMessage = (result ?? '').split('Original prompt:', 1)[0]!.replace(/\s+/g, ' ').trim();
  const detail = hookMessage === '' ? '.' : `: ${printable(hookMessage)}`;
  return new ChatError('badRequest', `A hook in Claude's settings stopped this request${detail}`);
}
