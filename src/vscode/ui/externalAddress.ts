/** Whether an address outside of this machine leads to this server. A proxy in between may not exist, or ask for a login. */

const TIMEOUT_MS = 3_000;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/**
 * Whether this machine can try the address. A port that desktop VS Code forwards is on the user's own machine, which this
 * machine cannot reach.
 * @param inBrowser whether the window runs in a browser
 */
export function canTry(url: string, inBrowser: boolean): boolean {
  return inBrowser || !LOOPBACK.test(new URL(url).hostname);
}

/** Sends `GET /api/version` without the token. Never rejects. @param url without a final slash */
export async function answersAt(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/api/version`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = (await response.json()) as { readonly version?: unknown; readonly error?: unknown } | null;
    // A server that requires a token answers with 401 and Ollama's form of an error.
    return response.status === 401 ? typeof body?.error === 'string' : typeof body?.version === 'string';
  } catch {
    return false;
  }
}
