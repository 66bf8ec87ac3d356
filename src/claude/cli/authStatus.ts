/** What `claude auth status` prints. Pure. */
import * as v from 'valibot';

const optionalText = v.fallback(v.optional(v.string()), undefined);
const authStatus = v.object({
  loggedIn: v.boolean(),
  apiKeySource: optionalText,
  apiProvider: optionalText,
  subscriptionType: optionalText,
});

export interface AuthStatus {
  /** Whether the CLI has credentials. */
  readonly loggedIn: boolean;
  /** Who pays, to be shown to the user: `API key (ANTHROPIC_API_KEY)`, `Claude Max plan`. Absent when it is not known. */
  readonly payer?: string;
}

/** Bounds the work for output that is full of braces. */
const MAX_ATTEMPTS = 2000;

/**
 * The status, from a JSON object in the output. A script that starts the CLI may print other text before
 * and after it, with braces in it.
 * @returns `undefined` if the output has no such object
 */
export function parseAuthStatus(output: string): AuthStatus | undefined {
  let attempts = 0;
  for (let start = output.indexOf('{'); start >= 0; start = output.indexOf('{', start + 1)) {
    for (let end = output.lastIndexOf('}'); end > start; end = output.lastIndexOf('}', end - 1)) {
      if (++attempts > MAX_ATTEMPTS) return undefined;
      const status = parseStatus(output.slice(start, end + 1));
      if (status !== undefined) return status;
    }
  }
  return undefined;
}

function parseStatus(json: string): AuthStatus | undefined {
  try {
    const parsed = v.safeParse(authStatus, JSON.parse(json));
    if (!parsed.success) return undefined;
    const { loggedIn } = parsed.output;
    const payer = loggedIn ? payerOf(parsed.output) : undefined;
    return { loggedIn, ...(payer === undefined ? {} : { payer }) };
  } catch {
    return undefined;
  }
}

/** A key in the environment pays even if the CLI is signed in to a plan. */
function payerOf(status: v.InferOutput<typeof authStatus>): string | undefined {
  const { apiKeySource, apiProvider = 'firstParty', subscriptionType } = status;
  if (apiProvider !== 'firstParty') return `your account at ${apiProvider}`;
  if (apiKeySource !== undefined && apiKeySource !== 'none') return `API key (${apiKeySource})`;
  if (subscriptionType === undefined) return undefined;
  const name = subscriptionType.replace(/^claude[ _]/i, '');
  return `Claude ${name.charAt(0).toUpperCase()}${name.slice(1)} plan`;
}
