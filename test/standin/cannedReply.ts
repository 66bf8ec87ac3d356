/** The reply of the stand-in when `npm start` runs without a signed-in Claude CLI. */
import { textReply } from './reply.js';
import type { Reply } from './reply.js';
import { textOf } from './request.js';
import type { StandInRequest } from './request.js';

const ECHO_LIMIT = 200;

/** A short streamed answer that says that it is canned and echoes the beginning of the last user message. */
export function cannedReply(request: StandInRequest): Reply {
  const last = request.body.messages.findLast((message) => message.role === 'user');
  const userText = (last === undefined ? '' : textOf(last)).trim().replace(/\s+/g, ' ');
  const characters = Array.from(userText);
  const echo = characters.length > ECHO_LIMIT ? `${characters.slice(0, ECHO_LIMIT).join('')}…` : userText;
  const text =
    'This is a canned answer from the stand-in Messages API, not from Claude: the Claude CLI is not signed in. ' +
    'Run `claude auth login` and start again to talk to the real Claude.' +
    (echo === '' ? '' : `\n\nYou said: “${echo}”`);
  return textReply(text, { pieceSize: 8, deltaDelayMs: 20 });
}
