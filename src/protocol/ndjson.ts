/** Newline-delimited JSON as Ollama's clients read it: one object a line, no blank lines, bounded lines. */
import { oneLineJson } from './oneLine.js';

export const NDJSON_TYPE = 'application/x-ndjson';

/**
 * Most UTF-16 units of text in one line. JSON makes at most 6 bytes of one unit, and Ollama's Go client
 * refuses lines of 8,000,000 bytes and more.
 */
export const TEXT_PER_LINE = 1_000_000;

/** The value as one line with its line feed. */
export function jsonLine(value: object): string {
  return `${oneLineJson(value)}\n`;
}

/** True for the first half of a surrogate pair. */
export function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** Cuts text into pieces of at most `limit` UTF-16 units (at least 2), never inside a surrogate pair. */
export function pieces(text: string, limit: number): string[] {
  if (text.length <= limit) return [text];
  const cut: string[] = [];
  for (let start = 0; start < text.length;) {
    let end = Math.min(start + limit, text.length);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
    cut.push(text.slice(start, end));
    start = end;
  }
  return cut;
}
