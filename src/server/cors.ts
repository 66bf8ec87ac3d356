/** The response headers of Cross-Origin Resource Sharing (Fetch standard), for origins that the guard has allowed. */

/** A header name (`token` in RFC 9110). `*` would allow every header. */
const HEADER_NAME = /^(?!\*$)[\w!#$%&'*+.^`|~-]+$/;
const MAX_HEADER_NAMES_CHARACTERS = 8_192;

/** The headers that let pages of an origin read the reply. */
export function corsHeaders(origin: string): Record<string, string> {
  return { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' };
}

/**
 * The headers of the reply to a CORS preflight request. An allowed origin may send all headers that it asks for: SDKs and
 * tracing libraries add their own.
 * @param asked the value of `Access-Control-Request-Headers`
 */
export function preflightHeaders(origin: string, asked = ''): Record<string, string> {
  const names =
    asked.length <= MAX_HEADER_NAMES_CHARACTERS ? asked.split(',').map((name) => name.trim()) : [];
  const granted = names.filter((name) => HEADER_NAME.test(name)).join(', ');
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': 'GET, POST, HEAD, DELETE, OPTIONS',
    ...(granted === '' ? {} : { 'Access-Control-Allow-Headers': granted }),
    'Access-Control-Max-Age': '600',
    Vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
  };
}
