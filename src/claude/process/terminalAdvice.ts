/** Takes advice for the CLI's own terminal out of its error texts: clients of this server have no such commands. Pure. */

/** Between two parts of a text of the CLI: `Not logged in · Please run /login`. */
const PART_BOUNDARY = /(?:\s+·\s+|(?<=[.!?…])\s+)/;
/** A part that only tells the user to run a command of the CLI or to press a key: `Run --model to pick a different model.` */
const ADVICE =
  /^(?:please\s+|or\s+|to continue,\s+)?(?:run|use|try|type|press|double press|switch)\b[^]*?(?:(?:^|[\s("'`])(?:\/[a-z][a-z-]*\b|--[a-z][a-z-]*\b)|\besc\b)/i;

/** The text without advice that only works in the CLI's terminal; unchanged if it is nothing but advice. */
export function withoutTerminalAdvice(text: string): string {
  const parts = text.split(PART_BOUNDARY);
  if (!parts.some((part) => ADVICE.test(part))) return text;
  const kept = parts.filter((part) => !ADVICE.test(part));
  if (kept.length === 0) return text;
  return kept.reduce((joined, part) => `${joined}${/[.!?…]$/.test(joined) ? ' ' : ' · '}${part}`);
}
