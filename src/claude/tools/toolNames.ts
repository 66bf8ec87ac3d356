/** Chooses names that the API and the CLI take for the tools of one request. Pure. */
import type { ToolSpec } from '../../core/chat.js';
import { STRUCTURED_OUTPUT_TOOL } from './answerSchema.js';
import { TakenNames } from './takenNames.js';

/** The most characters of a tool's name that the API allows. */
export const MAX_NAME_LENGTH = 128;

/**
 * Names that the CLI 2.1.330 does not pass on as they are. Found by offering, and calling, tools with all 23,000 identifiers
 * in its bundle:
 * - `ToolSearch` is left out; `StructuredOutput` is used for structured answers;
 * - the schemas of `Agent` and `ExitPlanMode` lose properties;
 * - the calls of `Edit`, `ExitPlanMode` and `SendMessage` in a history lose arguments, or the white space in them.
 */
const SPECIAL_NAMES: ReadonlySet<string> = new Set([
  'Agent',
  'Edit',
  'ExitPlanMode',
  'SendMessage',
  STRUCTURED_OUTPUT_TOOL,
  'ToolSearch',
]);

/** The CLI leaves out tools with this prefix: it takes them for those of an editor. */
const EDITOR_PREFIX = /^mcp__ide__/;

/** The names of one set of tools, in both directions. The same set always gives the same names. */
export interface ToolNames {
  /** The API's name of each tool, in the order of the tools. */
  readonly apiNames: readonly string[];
  /** The API's name of a tool. Also works for tools that are no longer offered: the history may contain them. */
  readonly apiName: (name: string) => string;
  /** The client's name of a tool. */
  readonly clientName: (apiName: string) => string;
}

/** @param maxLength the most characters of a name */
export function chooseToolNames(tools: readonly ToolSpec[], maxLength: number): ToolNames {
  const taken = new TakenNames();
  const byName = new Map<string, string>();
  const clientNames = new Map<string, string>();
  const apiNames: string[] = [];
  // Names that need no change come first, so that another tool cannot take them.
  const order = [...tools.keys()].sort((a, b) => rank(tools[a]!) - rank(tools[b]!) || a - b);
  function rank({ name }: ToolSpec): number {
    return allowedName(name, maxLength) === name ? 0 : 1;
  }
  for (const i of order) {
    const { name } = tools[i]!;
    const unique = taken.add(allowedName(name, maxLength), maxLength);
    apiNames[i] = unique;
    if (!byName.has(name)) byName.set(name, unique);
    clientNames.set(unique, name);
  }
  return {
    apiNames,
    apiName: (name) => byName.get(name) ?? allowedName(name, maxLength),
    clientName: (apiName) => clientNames.get(apiName) ?? apiName,
  };
}

function allowedName(name: string, maxLength: number): string {
  const allowed = name
    .replace(EDITOR_PREFIX, 'ide__')
    .replaceAll(/[^a-zA-Z0-9_-]/g, '_')
    .slice(0, maxLength);
  if (allowed === '') return 'tool';
  return SPECIAL_NAMES.has(allowed) ? `${allowed}_tool` : allowed;
}
