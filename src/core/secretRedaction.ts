/** Keeps secrets out of the log and of reports. */
import { createLogger, type Logger } from './log.js';

const REPLACEMENT = '[redacted]';

/**
 * Secrets that are recognized by their form or by the header name before them. The first group of each is kept. None
 * requires a word boundary: in a line of the log, the character before a secret may be the end of an escape sequence.
 */
const SECRET_PATTERNS: readonly RegExp[] = [
  /()sk-ant-[\w-]+/g,
  // Keys of gateways (`sk-proj-…`) and signed tokens. "task-…" and other words are not keys: a key has a digit.
  /(?<![a-z])()sk-(?=[\w-]*\d)[\w-]{10,}/gi,
  /()eyJ[\w-]{10,}\.[\w-]+(?:\.[\w-]*)?/g,
  // A key that an API repeats: "Incorrect API key provided: …", "Received API Key = …".
  /((?:api[ _-]?key|access[ _-]?token|auth[ _-]?token)(?: (?:provided|received|is|was))?["']?\s*[:=]\s*["']?)(?=\S*\d)[^\s"',;\\]{6,}/gi,
  // Not a text about the header: "(Authorization: Bearer)".
  /((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:(?:bearer|basic)\s+)?)(?!(?:bearer|basic)[^\w\s])[^\s"',;\\]+/gi,
  /(x-api-key["']?\s*[:=]\s*["']?)[^\s"',;\\]+/gi,
  /((?:set-)?cookie["']?\s*:\s*["']?)[^"'\\]+/gi,
  /(bearer\s+)[\w.~+/=-]{16,}/gi,
  // The access token in a path (`/t/TOKEN/…`), alone or after a host. Not the end of a sentence about that path.
  /((?:^|[\s"'(=]|\/\/[^\s/]{1,255})\/t\/)(?![.,;:)]+(?:\s|$))[^/?\s"'\\]+/g,
];
/** Shorter secrets are not replaced: they would match parts of ordinary words. */
const MIN_SECRET_LENGTH = 4;

/**
 * Replaces secrets in a text by `[redacted]`: authorization and cookie headers, Anthropic API keys, and the given ones.
 * @param secrets replaced literally; those shorter than 4 characters are ignored
 */
export function redactSecrets(text: string, secrets: readonly string[]): string {
  let redacted = text;
  for (const secret of secrets) {
    if (secret.length >= MIN_SECRET_LENGTH) redacted = redacted.replaceAll(secret, REPLACEMENT);
  }
  for (const pattern of SECRET_PATTERNS) redacted = redacted.replace(pattern, `$1${REPLACEMENT}`);
  return redacted;
}

/**
 * A logger that redacts every line before it passes it on.
 * @param secrets called for each line, because secrets may change
 */
export function redactingLogger(log: Logger, secrets: () => readonly string[]): Logger {
  return createLogger((level, line) => log[level](redactSecrets(line, secrets())));
}
