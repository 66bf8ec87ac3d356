/**
 * Repairs a JSON Schema of a client: the result is valid for draft 2020-12, which the Messages API requires, and allows every
 * value that the schema allowed before, as far as it was valid. What cannot be repaired is left open. Pure.
 */
import type { Json, JsonObject } from '../../core/json.js';
import { repairKeyword } from './keywordRepair.js';
import { ignoresSiblingsOfRef, keepsDefinitions, translateKeywords } from './olderDrafts.js';
import { repairEnum } from './enumRepair.js';
import { openReferences } from './openReferences.js';
import { mapReferences, mapReferenceTexts, translatePointer } from './references.js';
import {
  ANNOTATIONS,
  isList,
  isObject,
  KEYWORD_KINDS,
  omit,
  pick,
  withNotes,
  type Schema,
} from './schemaKeywords.js';
import { repairType, typeNamed } from './typeRepair.js';

/** What is known about the whole schema. */
interface Draft {
  /** Beside a `$ref`, only annotations count. */
  readonly refStandsAlone: boolean;
}

/**
 * Repairs a whole schema, with the references in it.
 * @param report gets each reference that leads nowhere, and is left out
 */
export function repairSchema(schema: Json, report: (reference: string) => void = () => undefined): Schema {
  const isRoot = isObject(schema);
  const repaired = repairAny(schema, { refStandsAlone: isRoot && ignoresSiblingsOfRef(schema) });
  if (!isObject(repaired) || !isRoot) return repaired;
  const keeps = keepsDefinitions(schema);
  const translated = mapReferences(localReferences(repaired), (pointer) => {
    const place = translatePointer(pointer, keeps);
    return place.some((name, i) => name !== pointer[i]) ? place : undefined;
  });
  return isObject(translated) ? openReferences(translated, report) : translated;
}

/** Makes references that begin with the root's own id local. The id is then not needed. */
function localReferences({ $id: id, ...root }: JsonObject): JsonObject {
  if (typeof id !== 'string' || id === '') return root;
  const base = id.replace(/#$/, '');
  const local = (reference: string): string | undefined =>
    reference === base || reference.startsWith(`${base}#`)
      ? `#${reference.slice(base.length + 1)}`
      : undefined;
  return mapReferenceTexts(root, local) as JsonObject;
}

/** Repairs what stands where a schema should. */
function repairAny(value: Json, draft: Draft): Schema {
  if (typeof value === 'boolean') return value;
  if (isObject(value)) return repairObject(value, draft);
  if (typeof value !== 'string' || value.trim() === '') return {};
  if (value === 'true' || value === 'false') return value === 'true';
  // Short forms: the name of a type, or a description.
  const type = typeNamed(value);
  return type === undefined ? { description: value } : { type };
}

function repairObject(source: JsonObject, draft: Draft): JsonObject {
  const translated = translateKeywords(source);
  const schema =
    draft.refStandsAlone && typeof translated['$ref'] === 'string'
      ? pick(translated, ['$ref', '$defs', 'definitions', ...ANNOTATIONS])
      : translated;
  const properties = membersOf(schema['properties'], { named: true });
  const notes: string[] = [];
  const entries = Object.entries(schema).flatMap(([keyword, value]): [string, Json][] => {
    const repaired = repairValue(keyword, value, { draft, properties, notes });
    return repaired === undefined ? [] : [[keyword, repaired]];
  });
  const repaired = new Map(entries);
  addFlaggedNames(repaired, properties);
  checkPattern(repaired, notes);
  checkPatternProperties(repaired, notes);
  return withNotes(Object.fromEntries(repaired), notes);
}

interface Context {
  readonly draft: Draft;
  /** The properties of the schema. */
  readonly properties: readonly (readonly [string, Json])[];
  /** Sentences for the description, about what could not be kept. */
  readonly notes: string[];
}

function repairValue(keyword: string, value: Json, context: Context): Json | undefined {
  const { draft, properties, notes } = context;
  if (keyword === 'type') {
    const { type, note } = repairType(value);
    if (note !== undefined) notes.push(note);
    return type;
  }
  if (keyword === 'enum') {
    const { values, note } = repairEnum(value);
    if (note !== undefined) notes.push(note);
    return values;
  }
  const kind = KEYWORD_KINDS.get(keyword);
  if (kind === undefined) return value;
  if (kind === 'schema') return isSchemaLike(value) ? repairAny(value, draft) : undefined;
  if (kind === 'schemaList') return repairList(value, draft);
  if (kind === 'schemaMap') {
    const members = keyword === 'properties' ? properties : membersOf(value, { named: false });
    if (members.length === 0 && !isObject(value) && !isList(value)) return undefined;
    return Object.fromEntries(members.map(([name, schema]) => [name, repairAny(schema, draft)]));
  }
  const names = properties.map(([name]) => name);
  return repairKeyword(kind, value, names);
}

/** A list of schemas is never empty; one schema alone stands for a list. */
function repairList(value: Json, draft: Draft): readonly Schema[] | undefined {
  const isSchema = isObject(value) && Object.keys(value).length > 0;
  const schemas = isList(value) ? value.filter((schema) => schema !== null) : isSchema ? [value] : [];
  return schemas.length === 0 ? undefined : schemas.map((schema) => repairAny(schema, draft));
}

/** Null, and the empty values of languages without different empty lists and objects, mean that a schema is not set. */
function isSchemaLike(value: Json): boolean {
  return typeof value === 'boolean' || isObject(value) || (typeof value === 'string' && value.trim() !== '');
}

/**
 * The members of an object of schemas.
 * @param options.named whether a list whose elements have a `name` is accepted, which some clients send for `properties`
 */
function membersOf(
  value: Json | undefined,
  options: { named: boolean },
): readonly (readonly [string, Json])[] {
  if (isObject(value)) return Object.entries(value);
  if (!options.named || !isList(value)) return [];
  return value.flatMap((element) => {
    if (!isObject(element) || typeof element['name'] !== 'string') return [];
    const { name, ...schema } = element;
    return [[name, schema] as const];
  });
}

/** Draft 3, and many clients, mark a required property by `required: true` in the property. */
function addFlaggedNames(schema: Map<string, Json>, properties: readonly (readonly [string, Json])[]): void {
  const flagged = properties.flatMap(([name, property]) => {
    const flag = isObject(property) ? property['required'] : undefined;
    return flag === true || flag === 'true' ? [name] : [];
  });
  if (flagged.length === 0) return;
  const required = schema.get('required');
  schema.set('required', [...new Set([...(isList(required) ? required : []), ...flagged])]);
}

/** A regular expression of another language (`(?i)`, `\Z`) cannot be checked by the API. */
function checkPattern(schema: Map<string, Json>, notes: string[]): void {
  const pattern = schema.get('pattern');
  if (typeof pattern !== 'string' || isRegularExpression(pattern)) return;
  schema.delete('pattern');
  notes.push(`Pattern: ${pattern}`);
}

/** As `checkPattern`. Names that such an expression allowed must stay allowed. */
function checkPatternProperties(schema: Map<string, Json>, notes: string[]): void {
  const properties = schema.get('patternProperties');
  if (!isObject(properties)) return;
  const patterns = Object.keys(properties).filter((pattern) => !isRegularExpression(pattern));
  if (patterns.length === 0) return;
  schema.set('patternProperties', omit(properties, patterns));
  for (const keyword of ['additionalProperties', 'unevaluatedProperties']) schema.delete(keyword);
  const shown = patterns.map((pattern) => pattern.slice(0, MAX_SHOWN));
  notes.push(`More properties, by the pattern of their names: ${shown.join(', ')}`);
}

/** Characters of a pattern in a description. */
const MAX_SHOWN = 1_000;

/** Characters. Reading a longer pattern would take long. */
const MAX_PATTERN = 10_000;

function isRegularExpression(pattern: string): boolean {
  if (pattern.length > MAX_PATTERN) return false;
  return ['u', ''].some((flags) => {
    try {
      return new RegExp(pattern, flags).flags === flags;
    } catch {
      return false;
    }
  });
}
