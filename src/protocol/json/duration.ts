/** Durations as Go writes them: `5m`, `1h30m`, `-1s`. Pure. */
import { ChatError } from '../../core/errors.js';
import type { Json } from '../../core/json.js';

const UNIT_MS = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** The longest duration that Go has, about 292 years; it stands for "forever". */
export const FOREVER_MS = 9_223_372_036_854;

function refused(message: string): ChatError {
  return new ChatError('badRequest', message);
}

/**
 * Milliseconds of a Go duration.
 * @throws ChatError `badRequest` in Go's words
 */
export function parseDuration(text: string): number {
  const shown = JSON.stringify(text);
  const negative = text.startsWith('-');
  let rest = text.replace(/^[-+]/, '');
  if (rest === '0') return 0;
  if (rest === '') throw refused(`time: invalid duration ${shown}`);
  let total = 0;
  while (rest !== '') {
    const amount = /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)/.exec(rest)?.[0];
    if (amount === undefined) throw refused(`time: invalid duration ${shown}`);
    rest = rest.slice(amount.length);
    const unit = /^[^0-9.]*/.exec(rest)?.[0] ?? '';
    if (unit === '') throw refused(`time: missing unit in duration ${shown}`);
    const factor = UNIT_MS.get(unit);
    if (factor === undefined)
      throw refused(`time: unknown unit ${JSON.stringify(unit)} in duration ${shown}`);
    total += Number(amount) * factor;
    rest = rest.slice(unit.length);
  }
  if (total > FOREVER_MS) throw refused(`time: invalid duration ${shown}`);
  return negative ? -total : total;
}

/**
 * `keep_alive` in milliseconds: numbers are seconds, strings are Go durations, anything negative is forever.
 * @throws ChatError `badRequest` in Ollama's words
 */
export function readKeepAlive(value: Json | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' || typeof value === 'string') {
    const ms = typeof value === 'number' ? value * 1_000 : parseDuration(value);
    return ms < 0 ? FOREVER_MS : Math.min(ms, FOREVER_MS);
  }
  const type =
    typeof value === 'boolean' ? 'bool' : Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
  throw refused(`Unsupported type: '${type}'`);
}
