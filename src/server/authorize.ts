/** Decides whether a request is accepted: by its connection, its head and its token, in this order. Reads no body. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type GuardPolicy, checkRequest, type Verdict } from './guard.js';
import type { RequestTarget } from './requestTarget.js';
import { hasToken } from './token.js';
import { WINDOW_PATH } from './windowLink.js';

/** Who may use the endpoint. */
export interface Access {
  readonly policy: GuardPolicy;
  /** The token that a request must carry. The empty string matches no request. */
  readonly token: string | undefined;
  /** Whether connections of other users of this machine are accepted. */
  readonly otherUsers: boolean;
}

/** The refusal of another user of this machine. */
export const OTHER_USER = {
  type: 'deny',
  status: 403,
  message:
    'This server accepts requests only from the user who started it. That user can allow other users of this machine with the setting allowOtherUsers.',
} as const satisfies Verdict;
const NO_TOKEN = {
  type: 'deny',
  status: 401,
  message:
    'This server requires a token: as an API key (Authorization: Bearer), as x-api-key, or in the URL after /t/. The command "Copy Token" copies it.',
} as const;

/**
 * For Ollama's own program, which also sends the requests of a real Ollama with one of our models: its users see the message of
 * a 403, but a sign-in page of ollama.com after a 401 (`AuthorizationError` in api/client.go).
 */
const NO_TOKEN_FROM_OLLAMA = {
  type: 'deny',
  status: 403,
  message:
    'This server requires a token, and Ollama can send it only in the address: append /t/TOKEN to OLLAMA_HOST, or to "remote_host" of a model that was created in another Ollama. The command "Copy Endpoint URL" copies the address with the token.',
} as const;
const OLLAMA_CLIENT = /^ollama\//;

/** Requests that need no token: `GET /`, `OPTIONS`, and other windows, which send a proof instead. */
function needsNoToken(method: string, target: string): boolean {
  if (target === WINDOW_PATH) return true;
  return method === 'OPTIONS' || (target === '/' && (method === 'GET' || method === 'HEAD'));
}

/**
 * Decides whether a request is accepted. Immediately, if the user of its connection is known: then a refused request
 * closes its connection before the next one is handled.
 * @param isOwnUser whether a connection belongs to the user of this process
 * @throws ChatError when the owner of the connection cannot be determined
 */
export function authorize(
  request: IncomingMessage,
  target: RequestTarget,
  access: Access,
  isOwnUser: (socket: Socket) => boolean | Promise<boolean>,
): Verdict | Promise<Verdict> {
  const decide = (isAccepted: boolean): Verdict =>
    isAccepted ? checkHead(request, target, access) : OTHER_USER;
  const isAccepted = access.otherUsers || isOwnUser(request.socket);
  return typeof isAccepted === 'boolean' ? decide(isAccepted) : isAccepted.then(decide);
}

function checkHead(
  { method = '', headers, rawHeaders, socket: { localAddress } }: IncomingMessage,
  { target, authority, token }: RequestTarget,
  access: Access,
): Verdict {
  const verdict = checkRequest({ method, target, authority, rawHeaders, localAddress }, access.policy);
  if (verdict.type !== 'allow' || access.token === undefined || needsNoToken(method, target)) return verdict;
  if (hasToken(rawHeaders, token, access.token)) return verdict;
  const { corsOrigin } = verdict;
  const refusal = OLLAMA_CLIENT.test(headers['user-agent'] ?? '') ? NO_TOKEN_FROM_OLLAMA : NO_TOKEN;
  return corsOrigin === undefined ? refusal : { ...refusal, corsOrigin };
}
