/** The token that clients must send if one is set: where it may be, and whether it is correct. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Minimum length of a token with which the server may listen on other addresses than the loopback. */
export const MIN_STRONG_TOKEN_CHARACTERS = 32;

/** A request target, split into the token and the rest. */
export interface TargetWithToken {
  /** The target without the token, which the routes receive. */
  readonly target: string;
  /** The removed part, `/t/<token>`, as the client sent it; empty when there was none. Secret. */
  readonly prefix: string;
  /** Secret. */
  readonly token: string | undefined;
}

const PREFIXED = /^(\/t\/([^/?]*))\/*(.*)$/s;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Removes `/t/<token>` from a request target. Clients that cannot send a header have it in their base URL; an
 * additional slash after it is accepted. It is removed even if it is wrong or no token is required, so that it is
 * never taken for a part of the path and never logged.
 */
export function takeToken(target: string): TargetWithToken {
  const match = PREFIXED.exec(target);
  if (match === null) return { target, prefix: '', token: undefined };
  const [, prefix = '', token = '', rest = ''] = match;
  return { target: `/${rest}`, prefix, token: decoded(token) };
}

/** The base URL of an endpoint with the token in its path. */
export function urlWithToken(url: string, token: string): string {
  return `${url}/t/${encodeURIComponent(token)}`;
}

const BEARER = /^bearer\s+(.*)$/i;

function headerTokens(rawHeaders: readonly string[]): string[] {
  const found: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const value = rawHeaders[index + 1] ?? '';
    const name = rawHeaders[index]?.toLowerCase();
    if (name === 'x-api-key') found.push(value);
    if (name === 'authorization') found.push(BEARER.exec(value)?.[1]?.trim() ?? '');
  }
  return found;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * Whether a request has the token in any of the three places. One correct token is enough: clients that have it in
 * their URL often send a placeholder key in addition. The comparison takes constant time.
 * @param pathToken from the request target
 * @param token the correct token; the empty string matches no request
 */
export function hasToken(
  rawHeaders: readonly string[],
  pathToken: string | undefined,
  token: string,
): boolean {
  const expected = digest(token);
  const matches = [pathToken ?? '', ...headerTokens(rawHeaders)].map(
    (sent) => timingSafeEqual(digest(sent), expected) && sent !== '',
  );
  return matches.includes(true);
}
