/**
 * Translates the keywords of older drafts of JSON Schema to draft 2020-12, which says the same in other words. Rules: the
 * change logs of drafts 4, 6, 2019-09 and 2020-12. Pure.
 */
import type { Json, JsonObject } from '../../core/json.js';
import { isList, isObject } from './schemaKeywords.js';

type Entries = Map<string, Json>;

/** Tuples: a list of schemas in `items`, and `additionalItems` for the elements behind it. */
function translateItems(entries: Entries): void {
  const items = entries.get('items');
  const additional = entries.get('additionalItems');
  entries.delete('additionalItems');
  if (!isList(items)) return;
  entries.delete('items');
  if (items.length > 0 && !entries.has('prefixItems')) entries.set('prefixItems', items);
  if (additional !== undefined) entries.set('items', additional);
}

/** Draft 4: `exclusiveMinimum: true` beside `minimum`. */
function translateExclusive(entries: Entries, exclusive: string, inclusive: string): void {
  const value = entries.get(exclusive);
  if (value !== true && value !== false && value !== 'true' && value !== 'false') return;
  const limit = entries.get(inclusive);
  entries.delete(exclusive);
  if (limit === undefined || value === false || value === 'false') return;
  entries.delete(inclusive);
  entries.set(exclusive, limit);
}

/** Up to draft 7: `dependencies` holds names or schemas. */
function translateDependencies(entries: Entries): void {
  const dependencies = entries.get('dependencies');
  if (dependencies === undefined) return;
  entries.delete('dependencies');
  if (!isObject(dependencies)) return;
  const given = Object.entries(dependencies);
  const isSchema = (value: Json): boolean => isObject(value) || typeof value === 'boolean';
  addAll(
    entries,
    'dependentSchemas',
    given.filter(([, value]) => isSchema(value)),
  );
  addAll(
    entries,
    'dependentRequired',
    given.filter(([, value]) => !isSchema(value)),
  );
}

/** Adds members to the object of a keyword. Members that it has already stay. */
function addAll(entries: Entries, keyword: string, members: readonly (readonly [string, Json])[]): void {
  if (members.length === 0) return;
  const present = entries.get(keyword);
  entries.set(keyword, { ...Object.fromEntries(members), ...(isObject(present) ? present : {}) });
}

/** `definitions` became `$defs`. */
function translateDefinitions(entries: Entries): void {
  const definitions = entries.get('definitions');
  if (definitions === undefined || keepsDefinitions(Object.fromEntries(entries))) return;
  entries.delete('definitions');
  if (isObject(definitions)) addAll(entries, '$defs', Object.entries(definitions));
}

/** Whether `definitions` must keep its name, because `$defs` has members with the same names. Both are valid. */
export function keepsDefinitions({ definitions, $defs }: JsonObject): boolean {
  return isObject(definitions) && isObject($defs) && Object.keys(definitions).some((name) => name in $defs);
}

/** Draft 3: alternatives are schemas in `type`; `extends` is `allOf`; `divisibleBy` is `multipleOf`. */
function translateDraft3(entries: Entries): void {
  const type = entries.get('type');
  const alternatives = isObject(type) && Object.keys(type).length > 0 ? [type] : type;
  if (isList(alternatives) && alternatives.some(isObject) && !entries.has('anyOf')) {
    entries.delete('type');
    entries.set(
      'anyOf',
      alternatives.map((alternative) => (isObject(alternative) ? alternative : { type: alternative })),
    );
  }
  rename(entries, 'divisibleBy', 'multipleOf');
  const base = entries.get('extends');
  if (!isObject(base) && !(isList(base) && base.every(isObject))) return;
  const others = entries.get('allOf');
  entries.delete('extends');
  entries.set('allOf', [...(isList(others) ? others : []), ...(isList(base) ? base : [base])]);
}

function rename(entries: Entries, from: string, to: string): void {
  const value = entries.get(from);
  if (value === undefined) return;
  entries.delete(from);
  if (!entries.has(to)) entries.set(to, value);
}

/** Up to draft 7: an `$id` that is a fragment only names the place, as `$anchor` does. */
function translateAnchor(entries: Entries): void {
  const id = entries.get('$id');
  if (typeof id !== 'string' || !id.startsWith('#')) return;
  entries.delete('$id');
  if (/^#[A-Za-z_][-A-Za-z0-9._]*$/.test(id)) entries.set('$anchor', id.slice(1));
}

/** Translates the keywords of one schema. The schemas inside it are not changed. */
export function translateKeywords(schema: JsonObject): JsonObject {
  const entries: Entries = new Map(Object.entries(schema));
  translateItems(entries);
  translateExclusive(entries, 'exclusiveMinimum', 'minimum');
  translateExclusive(entries, 'exclusiveMaximum', 'maximum');
  translateDependencies(entries);
  translateDefinitions(entries);
  translateDraft3(entries);
  translateAnchor(entries);
  // Draft 2019-09; without `$recursiveAnchor` elsewhere, it means the same as `$ref`.
  rename(entries, '$recursiveRef', '$ref');
  entries.delete('$recursiveAnchor');
  // What is sent is of draft 2020-12, which is the API's default.
  entries.delete('$schema');
  return Object.fromEntries(entries);
}

/** Whether a schema says that it is of a draft in which a `$ref` makes its siblings ineffective (draft 7 or older). */
export function ignoresSiblingsOfRef({ $schema }: JsonObject): boolean {
  return typeof $schema === 'string' && /\/draft-0[0-7]\//.test($schema);
}
