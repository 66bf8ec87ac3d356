/** The names of models that the guides use. */
import { extensionHeaders } from '../setup/helloRequest.js';

const TIMEOUT_MS = 3_000;
const CHAT_TAG = ':latest';

/** The names when the server does not answer. Every version of the CLI has these models. */
const FALLBACK_NAMES = ['claude-sonnet', 'claude-opus', 'claude-haiku'] as const;

/**
 * The models of the chat lane without their tag, the recommended one first. Pure.
 * @param listed names as the server lists them
 * @param defaultModel the user's setting; may be empty
 */
export function modelsForGuides(listed: readonly string[], defaultModel: string): [string, ...string[]] {
  const chatNames = listed
    .filter((name) => name.endsWith(CHAT_TAG))
    .map((name) => name.slice(0, -CHAT_TAG.length));
  const names = chatNames.length === 0 ? [...FALLBACK_NAMES] : chatNames;
  const preferred = [defaultModel.replace(/:latest$/, ''), FALLBACK_NAMES[0]];
  const first = preferred.find((name) => names.includes(name)) ?? names[0] ?? FALLBACK_NAMES[0];
  return [first, ...names.filter((name) => name !== first)];
}

/** The names that the server lists; empty when it does not answer. */
export async function fetchModelNames(url: string, token: string | undefined): Promise<string[]> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`${url}/api/tags`, { headers: extensionHeaders(token), signal });
    const { models = [] } = (await response.json()) as { models?: readonly { readonly name: string }[] };
    return models.map(({ name }) => name);
  } catch {
    return [];
  }
}
