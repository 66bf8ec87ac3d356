/** The client's tools of one request of `/v1/responses`: what Claude is offered, and how its calls are sent to the client. */
import type { ToolSpec } from '../../../core/chat.js';
import { joinParagraphs } from '../../../core/conversation.js';
import { badRequest } from '../../../core/errors.js';
import { canonicalJson, type Json, type JsonObject } from '../../../core/json.js';
import { type FieldPath, type Fields, fieldsOf, isObject } from '../../json/fields.js';
import { checkCount, MAX_TOOLS, TOOLS } from '../../requestLimits.js';
import { readToolSpec } from '../../toolSpec.js';
import { customToolSpec } from '../customTools.js';

import { CLIENT_BUILT_INS, hostedTool } from './builtInTools.js';
import { type CallForm, CUSTOM, FUNCTION, type ToolIdentity, TOOL_SEARCH } from './callForms.js';

/** A tool that the client runs. */
export interface ClientTool {
  readonly form: CallForm;
  readonly identity: ToolIdentity;
  /** With the name that Claude sees. */
  readonly spec: ToolSpec;
}

/** The client's tools of one request. */
export interface ToolTable {
  readonly tools: readonly ClientTool[];
  /** The types of the tools that were left out. */
  readonly omitted: readonly string[];
  /** The tool with the name that Claude sees. */
  find(name: string): ClientTool | undefined;
  /** The name that Claude sees, also for a tool that is no longer offered. */
  nameOf(form: CallForm, identity: ToolIdentity): string;
  /** Adds the description of each namespace to its first tool. Claude reads all tools, so one copy is enough. */
  describeNamespaces(specs: readonly ToolSpec[]): ToolSpec[];
}

/** Where a tool is in a request. */
export interface ToolPosition {
  readonly at: FieldPath;
  /** Whether the result of a search contains the tool. Searches that are repeated find the same tools. */
  readonly found: boolean;
}

/** The name for Claude. Codex has namespaces that end with a separator: `mcp__docs__`. */
function flatName({ name, namespace = '' }: ToolIdentity): string {
  if (namespace === '') return name;
  return namespace.endsWith('__') ? namespace + name : `${namespace}__${name}`;
}

/** Not as JSON, whose escapes could make it too long for a Map (`MAX_WORD_CHARACTERS`). */
function keyOf(form: CallForm, { name, namespace = '' }: ToolIdentity): string {
  return `${form.callType} ${namespace.length} ${namespace} ${name}`;
}

/** A tool may be in a namespace. */
interface InnerPosition extends ToolPosition {
  readonly namespace?: string | undefined;
}

function isSame(a: ToolSpec, b: ToolSpec): boolean {
  const comparable = ({ name, description, parameters }: ToolSpec): string =>
    canonicalJson([name, description, parameters]);
  return comparable(a) === comparable(b);
}

function customSpec(tool: Fields): ToolSpec {
  return customToolSpec({
    name: tool.string('name') ?? '',
    description: tool.text('description') ?? '',
    format: tool.value('format'),
  });
}

const SEARCH_PARAMETERS: JsonObject = {
  type: 'object',
  properties: { query: { type: 'string', description: 'What the tool must be able to do.' } },
  required: ['query'],
};

/** Without parameters, the client takes a goal or a query. */
function searchSpec(tool: Fields): ToolSpec {
  return {
    name: 'tool_search',
    description: tool.text('description') ?? 'Searches for more tools and makes them available.',
    parameters: tool.object('parameters', 'map[string]interface {}') ?? SEARCH_PARAMETERS,
  };
}

/** A table that tools can be added to. */
export interface ToolTableBuilder extends ToolTable {
  /** Adds a tool, or all tools of a namespace. @throws ChatError `badRequest` for a tool that cannot be offered */
  add(value: Json, position: ToolPosition): void;
}

export function createToolTable(): ToolTableBuilder {
  const tools: ClientTool[] = [];
  const byName = new Map<string, ClientTool>();
  const byKey = new Map<string, ClientTool>();
  const namespaces = new Map<string, string>();
  const omitted = new Set<string>();

  const addTool = (form: CallForm, spec: ToolSpec, { found, namespace }: InnerPosition): void => {
    const identity = { name: spec.name, ...(namespace === undefined ? {} : { namespace }) };
    const key = keyOf(form, identity);
    const known = byKey.get(key);
    if (known !== undefined) {
      if (found || isSame(known.spec, { ...spec, name: known.spec.name })) return;
      throw badRequest(`tools: there are two different tools with the name ${JSON.stringify(spec.name)}`);
    }
    checkCount('tools', tools.length + 1, MAX_TOOLS);
    const wanted = flatName(identity);
    let name = wanted;
    for (let n = 2; byName.has(name); n += 1) name = `${wanted}_${n}`;
    const tool: ClientTool = { form, identity, spec: { ...spec, name } };
    tools.push(tool);
    byName.set(name, tool);
    byKey.set(key, tool);
  };

  const addNamespace = (tool: Fields, position: InnerPosition): void => {
    const namespace = tool.string('name') ?? '';
    namespaces.set(namespace, tool.text('description') ?? '');
    for (const inner of tool.list('tools', '[]openai.ResponsesTool', (value) => value, TOOLS)) {
      add(inner, { ...position, namespace });
    }
  };

  /** A tool in the result of a search must not end the session. */
  const omit = (type: string, { found }: InnerPosition, message?: string): void => {
    if (message !== undefined && !found) throw badRequest(message);
    omitted.add(type);
  };

  const add = (value: Json, position: InnerPosition): void => {
    const tool = fieldsOf(value, position.at, 'openai.ResponsesTool');
    const type = tool.string('type') ?? 'function';
    const hosted = isObject(value) ? hostedTool(type, value) : undefined;
    if (hosted !== undefined) {
      const message = `tools: a tool of type ${JSON.stringify(type)} cannot be used here, because only OpenAI can run it. Remove it, or offer a function.`;
      omit(type, position, hosted === 'optional' ? undefined : message);
      return;
    }
    const builtIn = Object.hasOwn(CLIENT_BUILT_INS, type) ? CLIENT_BUILT_INS[type] : undefined;
    if (builtIn !== undefined) {
      addTool(builtIn.form, builtIn.spec, { ...position, namespace: undefined });
      return;
    }
    switch (type) {
      case 'function':
        // Some clients send the form of chats, which has the function in an object of its own.
        addTool(
          FUNCTION,
          readToolSpec(tool.fields('function', 'openai.Function') ?? tool, 'map[string]interface {}'),
          position,
        );
        return;
      case 'custom':
        addTool(CUSTOM, customSpec(tool.fields('custom', 'openai.CustomTool') ?? tool), position);
        return;
      case 'namespace':
        addNamespace(tool, position);
        return;
      case 'tool_search':
        // OpenAI's own search only delays the tools of the request, which are all offered here.
        if (tool.string('execution') === 'client') addTool(TOOL_SEARCH, searchSpec(tool), position);
        return;
      default:
        omit(type, position, `tools: unknown tool type: ${JSON.stringify(type)}`);
    }
  };

  return {
    tools,
    get omitted() {
      return [...omitted];
    },
    add,
    find: (name) => byName.get(name),
    nameOf: (form, identity) => byKey.get(keyOf(form, identity))?.spec.name ?? flatName(identity),
    describeNamespaces(specs) {
      const described = new Set<string>();
      return specs.map((spec) => {
        const { namespace = '' } = byName.get(spec.name)?.identity ?? {};
        const description = namespaces.get(namespace) ?? '';
        if (description === '' || described.has(namespace)) return spec;
        described.add(namespace);
        const about = `About all tools of ${JSON.stringify(namespace)}: ${description}`;
        return { ...spec, description: joinParagraphs([spec.description, about]) };
      });
    },
  };
}
