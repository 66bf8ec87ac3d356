/** Versions of the Claude CLI. Pure. */

/**
 * The oldest CLI that supports every flag and message the server uses. Versions up to 2.1.250 write a change of the model
 * into the next conversation, although that one has no earlier turn.
 */
export const MINIMUM_VERSION = '2.1.251';

/** `2.1.330 (Claude Code)`. */
const NAMED_VERSION = /(\d+\.\d+\.\d+)[-+.\w]*[ \t]+\(Claude Code\)/g;
/** A line with nothing but a version. */
const BARE_VERSION = /^[ \t]*v?(\d+\.\d+\.\d+)[-+.\w]*[ \t\r]*$/gm;

/**
 * The `major.minor.patch` part of what `claude --version` prints; `undefined` if there is none. A script that starts the CLI
 * may print versions of other programs before and after it (`Now using node v22.12.0`).
 */
export function parseVersion(output: string): string | undefined {
  const [version] = [NAMED_VERSION, BARE_VERSION].flatMap((form) => [...output.matchAll(form)].slice(-1));
  return version?.[1];
}

/** Compares two dotted versions number by number. */
export function isAtLeast(version: string, minimum: string): boolean {
  const left = version.split('.').map(Number);
  const right = minimum.split('.').map(Number);
  for (let i = 0; i < right.length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
