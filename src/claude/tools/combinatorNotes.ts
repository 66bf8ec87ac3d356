/** The sentences for the model about parts of a schema that a list of properties cannot express. Pure. */
import type { Json, JsonObject } from '../../core/json.js';
import { isObject } from './schemaKeywords.js';

/** The most characters of a sentence. */
const MAX_NOTE = 4000;

/** The most characters of a fixed value in a sentence. */
const MAX_VALUE = 1000;

/** What a part of the root says about the arguments. */
export interface Part {
  readonly properties: ReadonlyMap<string, readonly Json[]>;
  readonly required: readonly string[];
  /** Keywords that a list of properties cannot express. */
  readonly rest: readonly JsonObject[];
  readonly notes: readonly string[];
}

/** The sentence about other keywords than those of properties. */
export function restNote(rest: readonly JsonObject[]): string[] {
  const text = JSON.stringify(rest.length === 1 ? rest[0] : { allOf: rest });
  return rest.length === 0 || text.length > MAX_NOTE
    ? []
    : [`The arguments must also match this JSON Schema: ${text}`];
}

/** The sentence that says which properties belong together. */
export function groupNote(parts: readonly Part[], keyword: 'anyOf' | 'oneOf'): string[] {
  const groups = [...new Set(parts.map(groupOf).filter((group) => group !== ''))];
  if (groups.length < 2) return [];
  const which = keyword === 'oneOf' ? 'exactly one' : 'at least one';
  const text = `Give the parameters of ${which} of these groups: ${groups.join(' or ')}.`;
  return [text.length > MAX_NOTE ? `${text.slice(0, MAX_NOTE)}…` : text];
}

/** `(kind = "a", name, optionally size)` */
function groupOf({ properties, required }: Part): string {
  const label = (name: string): string => {
    const [only, ...others] = properties.get(name) ?? [];
    const fixed = others.length === 0 && isObject(only) && 'const' in only ? only['const'] : undefined;
    const text = fixed === undefined ? '' : ` = ${JSON.stringify(fixed)}`;
    return text.length > MAX_VALUE ? name : `${name}${text}`;
  };
  const names = new Set(required);
  const needed = [...names].map(label);
  const optional = [...properties.keys()].filter((name) => !names.has(name)).map(label);
  const texts = [...needed, ...(optional.length === 0 ? [] : [`optionally ${optional.join(', ')}`])];
  return texts.length === 0 ? '' : `(${texts.join(', ').slice(0, MAX_NOTE)})`;
}
