/** What the Messages API is reported to refuse in a tool (its 400s). */
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonObject } from '../../src/core/json.js';

const ajv = new Ajv2020({ strict: false, logger: false });
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,128}$/;
const PROPERTY_NAME = /^[a-zA-Z0-9_.-]{1,64}$/;

/** Why the API refuses a tool with this schema; `undefined` if it does not. */
export function schemaRefusal(schema: JsonObject): string | undefined {
  if (schema['type'] !== 'object') return `type is ${JSON.stringify(schema['type'])}`;
  for (const keyword of ['oneOf', 'allOf', 'anyOf']) if (keyword in schema) return `${keyword} at the root`;
  const properties = Object.keys(schema['properties'] ?? {});
  const refused = properties.find((name) => !PROPERTY_NAME.test(name));
  if (refused !== undefined) return `property ${JSON.stringify(refused)}`;
  return ajv.validateSchema(schema) === true ? undefined : ajv.errorsText(ajv.errors);
}

/** Why the API refuses these tools; `undefined` if it does not. */
export function toolsRefusal(
  tools: readonly { readonly name: string; readonly parameters: JsonObject }[],
): string | undefined {
  const names = new Set(tools.map((tool) => tool.name));
  if (names.size < tools.length) return 'a name is used twice';
  const wrong = [...names].find((name) => !TOOL_NAME.test(name));
  if (wrong !== undefined) return `name ${JSON.stringify(wrong)}`;
  for (const { name, parameters } of tools) {
    const refusal = schemaRefusal(parameters);
    if (refusal !== undefined) return `${name}: ${refusal}`;
  }
  return undefined;
}
