/** What the stand-in says when nobody told it what to say: `npm start` without a signed-in Claude CLI. */
import { textReply } from './reply.js';
import type { Reply } from './reply.js';
import { textOf } from './request.js';
import type { StandInRequest } from './request.js';

const ECHO_LIMIT = 200;

/** A short streamed answer that says what it is and echoes a little of the last user message. */
export function cannedReply(request: StandInRequest): Reply {
  const last = request.body.messages.findLast((message) => message.role === 'user');
  const asked = (last === undefined ? '' : textOf(last)).trim().replace(/\s+/g, ' ');
  const points = Array.from(asked);
  const echo = points.length > ECHO_LIMIT ? `${points.slice(0, ECHO_LIMIT).join('')}…` : asked;
  const text =
    'This is a canned answer from the stand-in Messages API, not from Claude: the Claude CLI is not signed in. ' +
    'Run `claude auth login` and start again to talk to the real Claude.' +
    (echo === '' ? '' : `\n\nYou said: “${echo}”`);
  return textReply(text, { pieceSize: 8, deltaDelayMs: 20 });
}
