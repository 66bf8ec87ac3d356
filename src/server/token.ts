/** The token that clients may have to send: where they put it, and whether it is the right one. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Fewest characters of a token that lets the server listen beyond the loopback. */
export const STRONG_TOKEN_CHARACTERS = 32;

/** A request target, taken apart. */
export interface Addressed {
  /** What the routes get to see: the target without its token. */
  readonly target: string;
  /** What was taken off: `/t/<token>`, as it came; empty when there was none. Secret. */
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
 * Takes `/t/<token>` off a request target. Clients that can send no header have it in their base URL; those that join
 * it to paths with a slash too many are understood too. It comes off whether or not it is right, and even when no token
 * is asked for, so that none is taken for a part of a path, and none gets into the log.
 */
export function takeToken(target: string): Addressed {
  const match = PREFIXED.exec(target);
  if (match === null) return { target, prefix: '', token: undefined };
  const [, prefix = '', token = '', rest = ''] = match;
  return { target: `/${rest}`, prefix, token: decoded(token) };
}

/** The URL of an endpoint with the token in it. */
export function urlWithToken(url: string, token: string): string {
  return `${url}/t/${encodeURIComponent(token)}`;
}

const BEARER = /^bearer\s+(.*)$/i;

function inHeaders(rawHeaders: readonly string[]): string[] {
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
 * Whether a request brings the token in any of the three places. One right one is enough: clients that have it in their
 * URL send a made-up key beside it. Takes the same time whatever was sent.
 * @param inPath from the request target
 * @param token the right one; the empty one is nobody's
 */
export function hasToken(rawHeaders: readonly string[], inPath: string | undefined, token: string): boolean {
  const wanted = digest(token);
  const fits = [inPath ?? '', ...inHeaders(rawHeaders)].map(
    (sent) => timingSafeEqual(digest(sent), wanted) && sent !== '',
  );
  return fits.includes(true);
}
