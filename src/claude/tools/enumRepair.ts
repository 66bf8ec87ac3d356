/**
 * Repairs the keyword `enum` where clients send no list: an object (PHP and Lua number the elements of a list, and many
 * languages write an enumeration as names with values) or a text. Pure.
 */
import { jsonText, type Json } from '../../core/json.js';
import { isList, isObject } from './schemaKeywords.js';

/** Repaired values. `note` keeps what has no certain meaning: every value is then allowed. */
export interface RepairedEnum {
  readonly values?: readonly Json[];
  readonly note?: string;
}

/** Characters of a note. */
const MAX_NOTE = 2_000;

/** @param value anything that stands where the values should */
export function repairEnum(value: Json): RepairedEnum {
  if (isList(value)) return listed(value);
  if (isObject(value)) {
    const entries = Object.entries(value);
    const numbered = entries.every(([key], i) => key === String(i) || key === String(i + 1));
    // In an object of names and values, either may be what the client expects.
    return numbered ? listed(entries.map(([, member]) => member)) : noted(jsonText(value));
  }
  if (value === null) return {};
  if (typeof value !== 'string') return { values: [value] };
  const text = value.trim();
  if (text === '') return {};
  const parsed = text.startsWith('[') ? listIn(text) : undefined;
  if (parsed !== undefined) return listed(parsed);
  return /[,;|\n]/.test(text) ? noted(text) : { values: [value] };
}

/** An empty list would allow nothing; it is what clients send who have no values to list. */
function listed(values: readonly Json[]): RepairedEnum {
  return values.length === 0 ? {} : { values };
}

function noted(text: string): RepairedEnum {
  return { note: `Values: ${text.slice(0, MAX_NOTE)}.` };
}

function listIn(text: string): readonly Json[] | undefined {
  try {
    const parsed = JSON.parse(text) as Json;
    return isList(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
