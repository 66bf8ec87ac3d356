import type { Json } from '../../core/json.js';

const SCALARS: Readonly<Record<string, string>> = {
  number: 'float64',
  bigint: 'float64',
  boolean: 'bool',
  string: 'string',
};

/** Go's name for the type of a decoded JSON value, as `%T` prints it. Ollama uses it in error messages. */
export function goTypeOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  return SCALARS[typeof value] ?? 'map[string]interface {}';
}
