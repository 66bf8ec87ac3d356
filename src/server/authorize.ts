/** Whether a request may come in: by its connection, its head and its token, in this order. Reads no body. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type GuardPolicy, checkRequest, type Verdict } from './guard.js';
import { type Addressed, hasToken } from './token.js';
import { WINDOW_PATH } from './windows.js';

/** Who may use the endpoint. */
export interface Access {
  readonly policy: GuardPolicy;
  /** The token that a request must bring; the empty one is nobody's. */
  readonly token: string | undefined;
  /** Whether connections of other users of this machine are let in. */
  readonly otherUsers: boolean;
}

const OTHER_USER: Verdict = {
  type: 'deny',
  status: 403,
  message:
    'This server answers only the user who started it, who can let other users of this machine in by the setting allowOtherUsers.',
};
const NO_TOKEN = {
  type: 'deny',
  status: 401,
  message:
    'This server needs its token: as an API key (Authorization: Bearer), as x-api-key, or in the URL behind /t/. The command "Copy Token" has it.',
} as const;

/** What needs no token: the front door, questions about methods, and windows, which have a proof of their own. */
function isOpenToAll(method: string, target: string): boolean {
  if (target === WINDOW_PATH) return true;
  return method === 'OPTIONS' || (target === '/' && (method === 'GET' || method === 'HEAD'));
}

/**
 * Decides on a request.
 * @param isOwnPeer whether a connection is of this process's user
 */
export async function authorize(
  request: IncomingMessage,
  { target, token }: Addressed,
  access: Access,
  isOwnPeer: (socket: Socket) => Promise<boolean>,
): Promise<Verdict> {
  const { method = '', rawHeaders, socket } = request;
  const { localAddress } = socket;
  if (!access.otherUsers && !(await isOwnPeer(socket))) return OTHER_USER;
  const verdict = checkRequest({ method, target, rawHeaders, localAddress }, access.policy);
  if (verdict.type !== 'allow' || access.token === undefined || isOpenToAll(method, target)) return verdict;
  if (hasToken(rawHeaders, token, access.token)) return verdict;
  const { corsOrigin } = verdict;
  return corsOrigin === undefined ? NO_TOKEN : { ...NO_TOKEN, corsOrigin };
}
