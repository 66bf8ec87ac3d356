/** What the CLI's tools have done, in a few words for people. Pure. */
import type { PlatformPath } from 'node:path';
import { printable } from '../../core/log.js';
import type { ToolUse } from './toolPaths.js';

/** What was done, what was to be done, and the part of the input that names what it was done to. */
type Phrase = readonly [done: string, failed: string, field: string, form: 'file' | 'code' | 'text'];

const SUBAGENT: Phrase = ['Had a subagent do:', 'have a subagent do:', 'description', 'text'];
const PHRASES = new Map<string, Phrase>([
  ['Read', ['Read', 'read', 'file_path', 'file']],
  ['Edit', ['Edited', 'edit', 'file_path', 'file']],
  ['Write', ['Wrote', 'write', 'file_path', 'file']],
  ['NotebookEdit', ['Edited', 'edit', 'notebook_path', 'file']],
  ['Grep', ['Searched for', 'search for', 'pattern', 'code']],
  ['Glob', ['Looked for files', 'look for files', 'pattern', 'code']],
  ['Bash', ['Ran', 'run', 'command', 'code']],
  ['WebFetch', ['Fetched', 'fetch', 'url', 'text']],
  ['WebSearch', ['Searched the web for', 'search the web for', 'query', 'code']],
  ['Agent', SUBAGENT],
  ['Task', SUBAGENT],
]);

/** Lists of things to do are of no interest to who waits for the things. */
const LISTS = /^(TodoWrite|Task(Create|Get|List|Update))$/;
const LONGEST = 120;

/** One line on a call that is over; `undefined` for what is of no interest. */
export function progressLine(
  use: ToolUse,
  failed: boolean,
  folder: string,
  path: PlatformPath,
): string | undefined {
  if (LISTS.test(use.tool)) return undefined;
  const [done, tried] = PHRASES.get(use.tool) ?? ['Used', 'use'];
  return `${failed ? `Could not ${tried}` : done} ${objectOf(use, folder, path)}`;
}

/** What a call is about: a path, a command, an address; of an unknown tool, its name. */
export function objectOf({ tool, input }: ToolUse, folder: string, path: PlatformPath): string {
  const [, , field, form] = PHRASES.get(tool) ?? [];
  if (field === undefined) return oneLine(tool);
  const named = (name: string): string => {
    const given = oneLine(input[name]);
    const relative = path.relative(folder, path.resolve(folder, given));
    return given === '' || relative.startsWith('..') ? given : relative;
  };
  if (form === 'file') return named(field);
  const text = oneLine(input[field]);
  const where = form === 'code' ? named('path') : '';
  return (form === 'code' ? `\`${text}\`` : text) + (where === '' ? '' : ` in ${where}`);
}

function oneLine(value: unknown): string {
  return typeof value === 'string' ? printable(value.trim().replace(/\s+/g, ' '), LONGEST) : '';
}
