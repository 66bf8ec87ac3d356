/** Durations in Go's notation: `5m`, `1h30m`, `-1s`. Error messages are those of Go's `time.ParseDuration`. */
import { badRequest } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import { goTypeOf } from './goType.js';

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

/** A longer text would take long to read. */
const MAX_CHARACTERS = 200;
const NEGATIVE_NUMBER = /^-[0-9]+(?:\.[0-9]+)?$/;

/** Go's longest duration, about 292 years. Ollama uses it for "forever". */
export const FOREVER_MS = 9_223_372_036_854;

/**
 * Parses a Go duration.
 * @returns milliseconds
 * @throws ChatError `badRequest` with Go's message
 */
export function parseDuration(text: string): number {
  const quoted = JSON.stringify(text.slice(0, MAX_CHARACTERS));
  if (text.length > MAX_CHARACTERS) throw badRequest(`time: invalid duration ${quoted}`);
  const negative = text.startsWith('-');
  let rest = text.replace(/^[-+]/, '');
  if (rest === '0') return 0;
  if (rest === '') throw badRequest(`time: invalid duration ${quoted}`);
  let total = 0;
  while (rest !== '') {
    const amount = /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)/.exec(rest)?.[0];
    if (amount === undefined) throw badRequest(`time: invalid duration ${quoted}`);
    rest = rest.slice(amount.length);
    const unit = /^[^0-9.]*/.exec(rest)?.[0] ?? '';
    if (unit === '') throw badRequest(`time: missing unit in duration ${quoted}`);
    const unitMs = UNIT_MS.get(unit);
    if (unitMs === undefined) {
      throw badRequest(`time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`);
    }
    total += Number(amount) * unitMs;
    rest = rest.slice(unit.length);
  }
  if (total > FOREVER_MS) throw badRequest(`time: invalid duration ${quoted}`);
  return negative ? -total : total;
}

/**
 * Reads `keep_alive` by the rules of Ollama's `api.Duration` (api/types.go): a number is seconds, a string is a Go
 * duration, and a negative value means forever. So does a negative number as a string: clients take it from a text field.
 * @returns milliseconds, or `undefined` for an absent value
 * @throws ChatError `badRequest` with Ollama's message
 */
export function readKeepAlive(value: Json | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' || typeof value === 'string') {
    const isNumber = typeof value === 'number' || NEGATIVE_NUMBER.test(value);
    const ms = isNumber ? Number(value) * 1_000 : parseDuration(value);
    return ms < 0 ? FOREVER_MS : Math.min(ms, FOREVER_MS);
  }
  throw badRequest(`Unsupported type: '${goTypeOf(value)}'`);
}
