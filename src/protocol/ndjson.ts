/** Newline-delimited JSON, as Ollama's clients read it: one object per line, no blank lines, bounded line length. */
import { singleLineJson } from './singleLineJson.js';

export const NDJSON_TYPE = 'application/x-ndjson';

/** The value as one line with its line feed. */
export function jsonLine(value: object): string {
  return `${singleLineJson(value)}\n`;
}
