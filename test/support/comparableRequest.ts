/** Compares requests to the API of different CLI processes. */
import type { StandInRequest } from '../standin/server.js';

const IGNORED_HEADERS = new Set([
  'content-length',
  'host',
  'x-claude-code-session-id',
  // These only Anthropic's API gets.
  'x-claude-code-prompt-id',
  'x-client-request-id',
  'x-claude-code-prev-tool-durations',
]);

/** Ids of the session, of prompts, and of earlier requests and messages; a hash of the request. */
const RANDOM = /(?<=session_id\\":\\"|cc_prompt_id=|cc_prev_req=|cch=|"previous_message_id":")[\w-]+/g;

/** A request as the API gets it, without what differs between processes. */
export function comparable({ raw, headers }: StandInRequest): unknown {
  return {
    body: JSON.parse(raw.replace(RANDOM, 'random')) as unknown,
    headers: Object.entries(headers)
      .filter(([name]) => !IGNORED_HEADERS.has(name))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}
