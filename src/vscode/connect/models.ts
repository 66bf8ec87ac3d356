/** The names of models to offer. */
import { ownHeaders } from '../setup/hello.js';

const WAIT_MS = 3_000;
const TAG = ':latest';

/** What is offered when the list cannot be had: the CLI has it in every version. */
const USUAL = ['claude-sonnet', 'claude-opus', 'claude-haiku'] as const;

/**
 * The names without their tag, the one to offer first. Pure.
 * @param listed as the endpoint lists them
 * @param preferred a name, where the person has set one; the empty string otherwise
 */
export function offered(listed: readonly string[], preferred: string): [string, ...string[]] {
  const names = listed.filter((name) => name.endsWith(TAG)).map((name) => name.slice(0, -TAG.length));
  const known = names.length === 0 ? [...USUAL] : names;
  const wanted = preferred.replace(/:latest$/, '');
  const first = [wanted, USUAL[0]].find((name) => known.includes(name)) ?? known[0] ?? USUAL[0];
  return [first, ...known.filter((name) => name !== first)];
}

/** What the endpoint lists; empty when it does not answer. */
export async function listedModels(url: string, token: string | undefined): Promise<string[]> {
  try {
    const signal = AbortSignal.timeout(WAIT_MS);
    const response = await fetch(`${url}/api/tags`, { headers: ownHeaders(token), signal });
    const { models = [] } = (await response.json()) as { models?: readonly { readonly name: string }[] };
    return models.map(({ name }) => name);
  } catch {
    return [];
  }
}
