/** Makes one tool of a client acceptable to the Messages API and the CLI, with everything that its schema says. */
import type { ToolSpec } from '../../core/chat.js';
import { asChatError, badRequest, type ChatError } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import { openReferences } from './openReferences.js';
import { renameProperties, type RenameProperties } from './propertyNames.js';
import { flattenRoot, type FlatSchema } from './rootCombinators.js';
import { isList, isObject, omit, type Schema } from './schemaKeywords.js';
import { repairSchema } from './schemaRepair.js';
import { openInvalidParts } from './schemaValidation.js';

export interface RepairedTool {
  readonly description: string;
  /** Valid for draft 2020-12, of the type `object`, without combinators at its root. */
  readonly parameters: JsonObject;
  /** Changes the names of arguments to those of `parameters`, and back. */
  readonly rename: RenameProperties;
  /** The references that lead nowhere: the places that they describe allow every value. */
  readonly openedReferences: readonly string[];
}

/** @throws ChatError `badRequest` with the tool's name and the reason if the tool cannot be offered */
export function repairTool({ name, description, parameters }: ToolSpec): RepairedTool {
  const openedReferences: string[] = [];
  const report = (reference: string): void => void openedReferences.push(reference);
  const root = rootOf(name, repairSchema(parameters, report));
  const flat = flatten(name, root);
  const { schema, rename } = renameProperties(flat.schema);
  // A reference may name a schema by an id that was in a part of the root that is left out.
  const connected = schema === root ? schema : openReferences(schema, report);
  const valid = openInvalidParts({ type: 'object', ...omit(connected, ['type']) }, report);
  if ('reason' in valid) throw refused(name, `their JSON Schema is not valid: ${valid.reason}`);
  return {
    description: [description, ...flat.notes].filter((text) => text !== '').join('\n\n'),
    parameters: valid.schema,
    rename,
    openedReferences,
  };
}

/** The repaired schema as an object. Arguments are always an object, whatever else the type allows. */
function rootOf(name: string, repaired: Schema): JsonObject {
  if (!isObject(repaired)) return { properties: {} };
  const { type, ...root } = repaired;
  const types: readonly Json[] = isList(type) ? type : [type ?? 'object'];
  if (types.includes('object') || 'properties' in root) return root;
  throw refused(name, `they are of the type ${JSON.stringify(type)}, but arguments are always an object`);
}

function flatten(name: string, root: JsonObject): FlatSchema {
  try {
    return flattenRoot(root);
  } catch (error) {
    throw refused(name, asChatError(error).message);
  }
}

function refused(tool: string, reason: string): ChatError {
  return badRequest(`The parameters of the tool ${JSON.stringify(tool)} cannot be used: ${reason}.`);
}
