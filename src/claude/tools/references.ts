/** References inside a schema (`$ref`), as JSON Pointers from its root (RFC 6901). Pure. */
import type { Json, JsonObject } from '../../core/json.js';
import { isList, isObject, KEYWORD_KINDS, mapSubschemas, omit, type Schema } from './schemaKeywords.js';

/** Characters. No place is that deep: see the limit on the depth of JSON. */
const MAX_REFERENCE = 10_000;

/** The names in a reference to a place in the same document; `undefined` for any other reference. */
export function pointerOf(reference: string): string[] | undefined {
  if (reference.length > MAX_REFERENCE) return undefined;
  if (reference === '#' || reference === '#/') return [];
  if (!reference.startsWith('#/')) return undefined;
  return reference.slice(2).split('/').map(decode);
}

function decode(segment: string): string {
  if (!/[~%]/.test(segment)) return segment;
  const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The reference to a place in the same document. */
export function referenceTo(pointer: readonly string[]): string {
  const encoded = pointer.map((name) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1')));
  return ['#', ...encoded.map((name) => name.replaceAll('%24', '$'))].join('/');
}

/** The schema at a place in a document. */
export function schemaAt(root: JsonObject, pointer: readonly string[]): Schema | undefined {
  let found: Json | undefined = root;
  for (const name of pointer) {
    if (isList(found)) found = found[Number(name)];
    else found = isObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  }
  return isObject(found) || typeof found === 'boolean' ? found : undefined;
}

/**
 * Changes the references of a schema.
 * @param change gets a reference; returns the new one, or `undefined` to leave it
 */
export function mapReferenceTexts(schema: Schema, change: (reference: string) => string | undefined): Schema {
  if (typeof schema === 'boolean') return schema;
  const changed = mapSubschemas(schema, (subschema) =>
    // A schema with an id of its own is a document of its own.
    isObject(subschema) && '$id' in subschema ? subschema : mapReferenceTexts(subschema, change),
  );
  const reference = changed['$ref'];
  const target = typeof reference === 'string' ? change(reference) : undefined;
  return target === undefined ? changed : { ...changed, $ref: target };
}

/**
 * Changes the references of a schema that point into the same document.
 * @param change gets the place that a reference points to; returns the new place, or `undefined` to leave it
 */
export function mapReferences(
  schema: Schema,
  change: (pointer: readonly string[]) => readonly string[] | undefined,
): Schema {
  return mapReferenceTexts(schema, (reference) => {
    const pointer = pointerOf(reference);
    const target = pointer && change(pointer);
    return target && referenceTo(target);
  });
}

/** Whether a schema has a reference that points to one of these places of its document. */
export function hasReference(schema: JsonObject, test: (pointer: readonly string[]) => boolean): boolean {
  let found = false;
  mapReferences(schema, (pointer) => {
    found ||= test(pointer);
    return undefined;
  });
  return found;
}

/**
 * Translates a place in a schema of an older draft to where it is after `translateKeywords`.
 * @param keepsDefinitions whether the root has kept its `definitions`
 */
export function translatePointer(pointer: readonly string[], keepsDefinitions: boolean): string[] {
  const translated: string[] = [];
  let isKeyword = true;
  for (const [i, name] of pointer.entries()) {
    if (!isKeyword) {
      translated.push(name);
      isKeyword = true;
      continue;
    }
    const isElement = /^\d+$/.test(pointer[i + 1] ?? '');
    if (name === 'definitions' && !(keepsDefinitions && i === 0)) translated.push('$defs');
    else if (name === 'items' && isElement) translated.push('prefixItems');
    else if (name === 'additionalItems') translated.push('items');
    else if (name === 'dependencies') translated.push('dependentSchemas');
    else translated.push(name);
    const kind = KEYWORD_KINDS.get(translated.at(-1)!);
    // A keyword that is not known may hold anything.
    if (kind === undefined) return [...translated, ...pointer.slice(i + 1)];
    isKeyword = kind === 'schema';
  }
  return translated;
}

/**
 * Keeps a copy of the root among the definitions, so that references to it still mean the same after the root is changed.
 * @param concerns whether a reference points to a part of the root that will be changed
 */
export function withCopyForReferences(
  root: JsonObject,
  concerns: (pointer: readonly string[]) => boolean,
): JsonObject {
  const moves = (pointer: readonly string[]): boolean => pointer[0] !== '$defs' && concerns(pointer);
  if (!hasReference(root, moves)) return root;
  const definitions = isObject(root['$defs']) ? root['$defs'] : {};
  let name = 'root';
  while (name in definitions) name += '_';
  const copy = omit(root, ['$defs', 'definitions']);
  const whole = { ...root, $defs: { ...definitions, [name]: copy } };
  return mapReferences(whole, (pointer) =>
    moves(pointer) ? ['$defs', name, ...pointer] : undefined,
  ) as JsonObject;
}
