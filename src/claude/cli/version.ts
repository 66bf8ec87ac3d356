/** Versions of the Claude CLI. Pure. */

/** The oldest CLI that supports every flag and message the server uses. */
export const MINIMUM_VERSION = '2.1.248';

/** The `major.minor.patch` part of what `claude --version` prints; `undefined` if there is none. */
export function parseVersion(output: string): string | undefined {
  return /(\d+)\.(\d+)\.(\d+)/.exec(output)?.[0];
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
