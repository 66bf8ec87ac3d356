/** What `claude auth status` prints. Pure. */
import * as v from 'valibot';

const authStatus = v.object({ loggedIn: v.boolean() });

/** Bounds the work for output that is full of braces. */
const MAX_ATTEMPTS = 2000;

/**
 * Whether the CLI has credentials, from a JSON object in its output. A script that starts the CLI may print other text before
 * and after it, with braces in it.
 * @returns `undefined` if the output has no such object
 */
export function parseSignedIn(output: string): boolean | undefined {
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

function parseStatus(json: string): boolean | undefined {
  try {
    const parsed = v.safeParse(authStatus, JSON.parse(json));
    return parsed.success ? parsed.output.loggedIn : undefined;
  } catch {
    return undefined;
  }
}
