/** What the Messages API refuses about tools and `tool_choice`. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonObject } from '../../src/core/json.js';

const TOOL_NAME = /^[a-zA-Z0-9_-]{1,128}$/;
const PROPERTY_NAME = /^[a-zA-Z0-9_.-]{1,64}$/;

/** Only checks schemas; it never compiles one. */
const schemas = new Ajv2020({ strict: false, logger: false });

type Tool = JsonObject & { readonly name: string };

/** The API's error message; `undefined` if it accepts the tools. */
export function toolRefusal(tools: readonly Tool[], toolChoice: unknown): string | undefined {
  const names = new Set<string>();
  for (const [index, tool] of tools.entries()) {
    // The API's own tools have other types, and no schema.
    const isCustom = (tool['type'] ?? 'custom') === 'custom';
    const reason = isCustom ? customToolRefusal(tool, `tools.${index}.custom`) : undefined;
    if (reason !== undefined) return reason;
    if (names.has(tool.name)) return `tools: Tool names must be unique. (${tool.name})`;
    names.add(tool.name);
  }
  return choiceRefusal(names, toolChoice);
}

function customToolRefusal(tool: Tool, at: string): string | undefined {
  if (typeof tool.name !== 'string' || !TOOL_NAME.test(tool.name))
    return `${at}.name: String should match pattern '${TOOL_NAME.source}' (${tool.name})`;
  const schema = tool['input_schema'];
  if (!isObject(schema)) return `${at}.input_schema: Field required (${tool.name})`;
  const reason = schemaRefusal(schema);
  return reason === undefined ? undefined : `${at}.input_schema${reason} (${tool.name})`;
}

function schemaRefusal(schema: JsonObject): string | undefined {
  if (schema['type'] !== 'object') return ".type: Input should be 'object'";
  if (['oneOf', 'allOf', 'anyOf'].some((keyword) => keyword in schema))
    return ': input_schema does not support oneOf, allOf, or anyOf at the top level';
  const { properties } = schema;
  const wrong = isObject(properties)
    ? Object.keys(properties).find((name) => !PROPERTY_NAME.test(name))
    : undefined;
  if (wrong !== undefined)
    return `.properties: Property keys should match pattern '${PROPERTY_NAME.source}': ${wrong}`;
  // The API reads every schema as draft 2020-12, whichever draft it names.
  const { $schema: _, ...rest } = schema;
  if (schemas.validateSchema(rest) === true) return undefined;
  return `: JSON schema is invalid. It must match JSON Schema draft 2020-12: ${schemas.errorsText(schemas.errors)}`;
}

function choiceRefusal(names: ReadonlySet<string>, toolChoice: unknown): string | undefined {
  if (!isObject(toolChoice)) return undefined;
  if (names.size === 0) return 'tool_choice may only be specified while providing tools.';
  const name = toolChoice['name'] as string | undefined;
  return toolChoice['type'] === 'tool' && (name === undefined || !names.has(name))
    ? `Tool '${name}' not found in provided tools.`
    : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
