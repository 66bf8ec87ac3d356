/** The first prompt of the walkthrough, sent to the server as a client sends it. */
import { VERSION } from '../../version.js';
import { OWN_CLIENT } from '../platform/names.js';
import { t } from '../platform/localize.js';

const MODEL = 'claude';
const PROMPT = 'Say hello in one short sentence.';
const MAX_CHARACTERS = 200;

export interface Endpoint {
  /** Without a path. */
  readonly url: string;
  readonly token: string | undefined;
}

/** The headers of requests that this extension sends to its own server. */
export const extensionHeaders = (token: string | undefined): Record<string, string> => ({
  'User-Agent': `${OWN_CLIENT}${VERSION}`,
  ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
});

/**
 * Sends the prompt and returns Claude's answer on one line, shortened to `MAX_CHARACTERS`.
 * @throws Error with the server's error message, or because `signal` was aborted
 */
export async function sendHello({ url, token }: Endpoint, signal: AbortSignal): Promise<string> {
  const response = await fetch(`${url}/api/chat`, {
    method: 'POST',
    headers: { ...extensionHeaders(token), 'Content-Type': 'application/json' },
    body: JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: PROMPT }], stream: false }),
    signal,
  });
  const reply = (await response.json()) as {
    readonly error?: string;
    readonly message?: { readonly content: string };
  };
  if (reply.message === undefined)
    throw new Error(reply.error ?? t('The server answered with status {0}.', response.status));
  const text = reply.message.content.replace(/\s+/g, ' ').trim();
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
}
