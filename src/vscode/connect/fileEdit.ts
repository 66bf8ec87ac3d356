/** Configuration files of clients: where such a file is, and how the configuration is added to it. Pure. */
import { posix, win32 } from 'node:path';
import type { Json } from '../../core/json.js';
import type { EditResult } from './editResult.js';
import { addToJson } from './jsonFile.js';
import { addToYamlList } from './yamlFile.js';

/**
 * Where a file is. `userData`: in VS Code's user data, where only VS Code itself can open it, by a command. Otherwise
 * below the home or the configuration folder: the first name that exists, or else the last one.
 */
export type FileLocation =
  | { readonly root: 'userData'; readonly openCommand: string }
  | { readonly root: 'home' | 'config'; readonly names: readonly string[] };

export type FileEdit =
  /** Adds a value under a path of keys; to the outermost array if the path is empty. */
  | { readonly kind: 'json'; readonly path: readonly string[]; readonly value: Json }
  /** Adds an item to a list of the outermost mapping. */
  | { readonly kind: 'yaml'; readonly list: string; readonly item: string }
  /** The file contains nothing but this configuration. */
  | { readonly kind: 'wholeFile' };

/**
 * Adds configuration to a file. A byte order mark and the ends of lines stay as they are.
 * @param text of the file; `undefined` when it does not exist
 * @param newText what a missing or empty file gets, without the final line break
 */
export function applyEdit(text: string | undefined, edit: FileEdit, newText: string): EditResult {
  // Editors on Windows may write a byte order mark, and their clients may need it.
  const mark = text?.startsWith(BYTE_ORDER_MARK) === true ? BYTE_ORDER_MARK : '';
  const result = editText(text?.slice(mark.length) ?? '', edit, `${newText}\n`);
  return result.kind === 'changed' ? { kind: 'changed', text: mark + result.text } : result;
}

const BYTE_ORDER_MARK = '\uFEFF';

function editText(text: string, edit: FileEdit, newFile: string): EditResult {
  if (text.trim() === '') return { kind: 'changed', text: newFile };
  if (text.replaceAll('\r\n', '\n') === newFile) return { kind: 'present' };
  switch (edit.kind) {
    case 'json':
      return addToJson(text, edit.path, edit.value);
    case 'yaml':
      return addToYamlList(text, edit.list, edit.item);
    case 'wholeFile':
      return { kind: 'unsafe' };
  }
}

/** Every path that the file may have, the preferred one first. */
export function candidatePaths(
  location: FileLocation & { root: 'home' | 'config' },
  { home, platform, env }: PathContext,
): string[] {
  const paths = platform === 'win32' ? win32 : posix;
  const root = location.root === 'home' ? home : env['XDG_CONFIG_HOME'] || paths.join(home, '.config');
  return location.names.map((name) => paths.join(root, name));
}

/** What the paths depend on. */
export interface PathContext {
  /** The user's home folder. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}
