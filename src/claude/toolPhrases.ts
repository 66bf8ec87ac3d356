/** What the CLI's tools have done, in a few words for people. Pure. */
import type { PlatformPath } from 'node:path';
import { printable } from '../core/log.js';
import type { ToolUse } from './toolPaths.js';

type Phrase = readonly [done: string, failed: string, object: string];

const LONGEST = 120;

/** One line on a call that is over; `undefined` for what is of no interest, like a list of things to do. */
export function progressLine(
  use: ToolUse,
  failed: boolean,
  folder: string,
  path: PlatformPath,
): string | undefined {
  const phrase = phraseOf(use, folder, path);
  if (phrase === undefined) return undefined;
  const [done, tried, object] = phrase;
  return `${failed ? `Could not ${tried}` : done} ${object}`;
}

/** What a call is about: a path, a command, an address. */
export function objectOf(use: ToolUse, folder: string, path: PlatformPath): string {
  return phraseOf(use, folder, path)?.[2] ?? '';
}

function phraseOf({ tool, input }: ToolUse, folder: string, path: PlatformPath): Phrase | undefined {
  const text = (name: string): string => oneLine(input[name]);
  const code = (name: string): string => `\`${text(name)}\``;
  const file = (name: string): string => {
    const named = input[name];
    if (typeof named !== 'string') return '';
    const relative = path.relative(folder, path.resolve(folder, named));
    return oneLine(relative === '' ? '.' : relative.startsWith('..') ? named : relative);
  };
  switch (tool) {
    case 'Read':
      return ['Read', 'read', file('file_path')];
    case 'Edit':
      return ['Edited', 'edit', file('file_path')];
    case 'Write':
      return ['Wrote', 'write', file('file_path')];
    case 'NotebookEdit':
      return ['Edited', 'edit', file('notebook_path')];
    case 'Grep':
      return ['Searched for', 'search for', code('pattern') + place(file('path'))];
    case 'Glob':
      return ['Looked for files', 'look for files', code('pattern') + place(file('path'))];
    case 'Bash':
      return ['Ran', 'run', code('command')];
    case 'WebFetch':
      return ['Fetched', 'fetch', text('url')];
    case 'WebSearch':
      return ['Searched the web for', 'search the web for', code('query')];
    case 'Agent':
    case 'Task':
      return ['Had a subagent do:', 'have a subagent do:', text('description')];
    case 'TodoWrite':
    case 'TaskCreate':
    case 'TaskGet':
    case 'TaskList':
    case 'TaskUpdate':
      return undefined;
    default:
      return ['Used', 'use', oneLine(tool)];
  }
}

function place(path: string): string {
  return path === '' || path === '.' ? '' : ` in ${path}`;
}

function oneLine(value: unknown): string {
  return typeof value === 'string' ? printable(value.trim().replace(/\s+/g, ' '), LONGEST) : '';
}
