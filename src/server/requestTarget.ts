/** Reads the target of a request line: an absolute one's host, the token, and the path. */
import { takeToken, type TargetWithToken } from './token.js';

/** A request target, split into its parts. */
export interface RequestTarget extends TargetWithToken {
  /** Host and port of an absolute target; with another scheme than `http`, a text that is no host. */
  readonly authority: string | undefined;
}

const ABSOLUTE = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)(.*)$/is;

/**
 * Splits the target of a request line. The absolute form is accepted, as from every server (RFC 9112, section 3.2.2);
 * clients use it towards a proxy.
 */
export function readTarget(line: string): RequestTarget {
  const match = ABSOLUTE.exec(line);
  if (match === null) return { authority: undefined, ...takeToken(line) };
  const [, scheme = '', authority = '', rest = ''] = match;
  return {
    authority: scheme.toLowerCase() === 'http://' ? authority : scheme + authority,
    ...takeToken(rest === '' || rest.startsWith('?') ? `/${rest}` : rest),
  };
}
