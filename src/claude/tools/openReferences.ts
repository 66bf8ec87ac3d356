/**
 * Repairs references that lead nowhere or in a circle. One that names exactly one definition of the schema leads there; any
 * other is left out, so that the place allows every value, and the description keeps its name. Pure.
 */
import type { JsonObject } from '../../core/json.js';
import { pointerOf, referenceTo, schemaAt } from './references.js';
import {
  COMBINATORS,
  isList,
  isObject,
  mapSubschemas,
  omit,
  withNotes,
  type Schema,
} from './schemaKeywords.js';

/** The keywords that refer to another schema. */
const REFERENCES = ['$ref', '$dynamicRef'] as const;

/** Keywords whose schemas apply to the same value. */
const IN_PLACE = ['if', 'then', 'else', 'not'] as const;

/** More steps than any schema of a real tool needs. References that are not followed are left out. */
const MAX_STEPS = 50_000;

/** References to the drafts themselves, which every validator knows. */
const DRAFT = /^https?:\/\/json-schema\.org\//;

/** The places in a schema that references may name. */
interface Targets {
  /** The place of each definition, by its name. A name that is used twice has no place. */
  readonly definitions: ReadonlyMap<string, string | undefined>;
  /** `$id`s and anchors. */
  readonly ids: ReadonlySet<string>;
}

/**
 * @param root valid for draft 2020-12
 * @param report gets each reference that is left out
 */
export function openReferences(root: JsonObject, report: (reference: string) => void): JsonObject {
  const definitions = new Map<string, string | undefined>();
  const ids = new Set<string>();
  collect(root, [], definitions, ids);
  return new Opener({ definitions, ids }, report).open(root, root);
}

function collect(
  schema: Schema,
  pointer: readonly string[],
  definitions: Map<string, string | undefined>,
  ids: Set<string>,
): void {
  if (!isObject(schema)) return;
  for (const keyword of ['$id', '$anchor', '$dynamicAnchor']) {
    const id = schema[keyword];
    if (typeof id === 'string') ids.add(keyword === '$id' ? id.replace(/#$/, '') : `#${id}`);
  }
  for (const [keyword, value] of Object.entries(schema)) {
    const at = [...pointer, keyword];
    if (isList(value)) {
      value.forEach((member, i) => isObject(member) && collect(member, [...at, String(i)], definitions, ids));
    }
    if (!isObject(value)) continue;
    if (keyword === '$defs' || keyword === 'definitions') {
      for (const name of Object.keys(value)) {
        const place = referenceTo([...at, name]);
        definitions.set(name, definitions.has(name) ? undefined : place);
      }
    }
    collect(value, at, definitions, ids);
  }
}

class Opener {
  readonly #targets: Targets;
  readonly #report: (reference: string) => void;
  #steps = MAX_STEPS;

  constructor(targets: Targets, report: (reference: string) => void) {
    this.#targets = targets;
    this.#report = report;
  }

  /** @param root the document that references without an id point into */
  open(schema: JsonObject, root: JsonObject): JsonObject {
    const changed = mapSubschemas(schema, (inner) =>
      // A schema with an id of its own is a document of its own.
      isObject(inner) ? this.open(inner, '$id' in inner ? inner : root) : inner,
    );
    return REFERENCES.reduce((result, keyword) => this.#openOne(result, keyword, schema, root), changed);
  }

  #openOne(
    changed: JsonObject,
    keyword: (typeof REFERENCES)[number],
    schema: JsonObject,
    root: JsonObject,
  ): JsonObject {
    const reference = schema[keyword];
    if (typeof reference !== 'string') return changed;
    const target = this.#targetOf(reference, root);
    if (target !== undefined && !this.#leadsBack(schema, root, target)) {
      return target === reference ? changed : { ...changed, [keyword]: target };
    }
    this.#report(reference);
    const name = lastName(reference);
    return withNotes(omit(changed, [keyword]), name === '' ? [] : [`Type: ${name}.`]);
  }

  /** The reference that leads to a schema; `undefined` if there is none. */
  #targetOf(reference: string, root: JsonObject): string | undefined {
    const pointer = pointerOf(reference);
    if (pointer !== undefined && schemaAt(root, pointer) !== undefined) return reference;
    if (pointer === undefined) {
      const { ids } = this.#targets;
      const known = ids.has(reference) || ids.has(reference.replace(/#.*$/s, '')) || DRAFT.test(reference);
      if (known) return reference;
    }
    const name = definitionName(reference);
    return name === undefined ? undefined : this.#targets.definitions.get(name);
  }

  /** Whether following references leads back to the schema itself, for the same value. */
  #leadsBack(schema: JsonObject, root: JsonObject, reference: string): boolean {
    const seen = new Set(referred(reference, root));
    // A set is read in the order in which it grows.
    for (const next of seen) {
      if (next === schema || --this.#steps < 0) return true;
      for (const inner of inPlace(next, root)) seen.add(inner);
    }
    return false;
  }
}

/** The schema in the same document that a reference leads to, or none. */
function referred(reference: string, root: JsonObject): readonly JsonObject[] {
  const pointer = pointerOf(reference);
  const target = pointer && schemaAt(root, pointer);
  return isObject(target) ? [target] : [];
}

/** The schemas that apply to the same value as this one. */
function inPlace(schema: JsonObject, root: JsonObject): readonly JsonObject[] {
  const listed = COMBINATORS.flatMap((keyword) => {
    const value = schema[keyword];
    return isList(value) ? value : [];
  });
  const { $ref } = schema;
  return [
    ...[...listed, ...IN_PLACE.map((keyword) => schema[keyword])].filter((inner) => isObject(inner)),
    ...(typeof $ref === 'string' ? referred($ref, root) : []),
  ];
}

/** The name of a definition that clients refer to as `Address`, `#/$defs/Address` or `#/components/schemas/Address`. */
function definitionName(reference: string): string | undefined {
  const pointer = pointerOf(reference);
  if (pointer === undefined) return reference;
  const [name, place = ''] = pointer.toReversed();
  return ['$defs', 'definitions', 'schemas'].includes(place) ? name : undefined;
}

/** Characters. */
const MAX_NAME = 100;

/** The name that a reference ends with: `#/definitions/Address`, `Address`, `address.json#/Address`. */
function lastName(reference: string): string {
  const [name] = pointerOf(`#/${reference.slice(-MAX_NAME).replace(/^.*[/#]/s, '')}`) ?? [];
  return name ?? '';
}
