/** A first question to Claude, asked through the port like a client's. */
import { VERSION } from '../../version.js';
import { OWN_CLIENT } from '../platform/names.js';

const MODEL = 'claude';
const QUESTION = 'Say hello in one short sentence.';
const SHOWN_CHARACTERS = 200;

export interface Endpoint {
  /** Without a path. */
  readonly url: string;
  readonly token: string | undefined;
}

/** The headers of this extension's own requests. */
export const ownHeaders = (token: string | undefined): Record<string, string> => ({
  'User-Agent': `${OWN_CLIENT}${VERSION}`,
  ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
});

/**
 * Asks, and gives what Claude said, on one line.
 * @throws Error with the server's words, or because the signal was aborted
 */
export async function askHello({ url, token }: Endpoint, signal: AbortSignal): Promise<string> {
  const response = await fetch(`${url}/api/chat`, {
    method: 'POST',
    headers: { ...ownHeaders(token), 'Content-Type': 'application/json' },
    body: JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: QUESTION }], stream: false }),
    signal,
  });
  const answer = (await response.json()) as {
    readonly error?: string;
    readonly message?: { readonly content: string };
  };
  if (answer.message === undefined)
    throw new Error(answer.error ?? `The server answered ${response.status}.`);
  const text = answer.message.content.replace(/\s+/g, ' ').trim();
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
