/** Describes calls of the CLI's own tools in a few words, for the user and the log. Pure. */
import type { PlatformPath } from 'node:path';
import { printable } from '../../core/log.js';
import type { FinishedToolUse, ToolUse } from './toolPaths.js';

/** `field` is the part of the input that names the target of the call. */
interface Phrase {
  readonly done: string;
  /** Follows "Could not". */
  readonly failed: string;
  readonly field: string;
  readonly form: 'file' | 'code' | 'text';
}

const SUBAGENT: Phrase = {
  done: 'Ran a subagent:',
  failed: 'run a subagent:',
  field: 'description',
  form: 'text',
};
const COMMAND: Phrase = { done: 'Ran', failed: 'run', field: 'command', form: 'code' };
const PHRASES = new Map<string, Phrase>([
  ['Read', { done: 'Read', failed: 'read', field: 'file_path', form: 'file' }],
  ['Edit', { done: 'Edited', failed: 'edit', field: 'file_path', form: 'file' }],
  ['Write', { done: 'Wrote', failed: 'write', field: 'file_path', form: 'file' }],
  ['NotebookEdit', { done: 'Edited', failed: 'edit', field: 'notebook_path', form: 'file' }],
  ['Grep', { done: 'Searched for', failed: 'search for', field: 'pattern', form: 'code' }],
  ['Glob', { done: 'Looked for files', failed: 'look for files', field: 'pattern', form: 'code' }],
  ['Bash', COMMAND],
  ['PowerShell', COMMAND],
  ['WebFetch', { done: 'Fetched', failed: 'fetch', field: 'url', form: 'text' }],
  ['WebSearch', { done: 'Searched the web for', failed: 'search the web for', field: 'query', form: 'code' }],
  ['Agent', SUBAGENT],
  ['Task', SUBAGENT],
]);

/** Claude's own to-do lists are of no interest to the user. */
const TASK_LIST_TOOLS = /^(TodoWrite|Task(Create|Get|List|Update))$/;
const MAX_CHARACTERS = 120;

/** Where paths are shown relative to. */
export interface PathBase {
  /** Absolute. */
  readonly folder: string;
  /** The path rules of the platform. */
  readonly path: PlatformPath;
}

/** One line about a call that has finished; `undefined` if it is of no interest to the user. */
export function progressLine(use: FinishedToolUse, base: PathBase): string | undefined {
  if (TASK_LIST_TOOLS.test(use.tool)) return undefined;
  const { done, failed } = PHRASES.get(use.tool) ?? { done: 'Used', failed: 'use' };
  return `${use.failed ? `Could not ${failed}` : done} ${toolTarget(use, base)}`;
}

/** What a call is about: a path, a command or an address; for an unknown tool, its name. */
export function toolTarget({ tool, input }: ToolUse, { folder, path }: PathBase): string {
  const { field, form } = PHRASES.get(tool) ?? {};
  if (field === undefined) return oneLine(tool);
  const shownPath = (name: string): string => {
    const given = oneLine(input[name]);
    const relative = path.relative(folder, path.resolve(folder, given));
    return given === '' || relative.startsWith('..') ? given : relative;
  };
  if (form === 'file') return shownPath(field);
  const text = oneLine(input[field]);
  if (form === 'text') return text;
  const searched = shownPath('path');
  return `\`${text}\`${searched === '' ? '' : ` in ${searched}`}`;
}

function oneLine(value: unknown): string {
  return typeof value === 'string' ? printable(value.trim().replace(/\s+/g, ' '), MAX_CHARACTERS) : '';
}
