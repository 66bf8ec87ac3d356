/** Changes of files that belong to the person and to another program: where such a file is, and what becomes of it. */
import { posix, win32 } from 'node:path';
import type { Json } from '../../core/json.js';
import { addToJson } from './jsonFile.js';
import { addToYamlList } from './yamlFile.js';

/**
 * Where a file is. `userData` is VS Code's own, which only the editor can open; the others are below the person's home
 * or the folder for configuration, and the first of the names that exists is meant, else the last.
 */
export type FilePlace =
  | { readonly root: 'userData'; readonly openedBy: string }
  | { readonly root: 'home' | 'config'; readonly names: readonly string[] };

/** What to add to it. */
export type FileEdit =
  | { readonly kind: 'json'; readonly path: readonly string[]; readonly value: Json }
  | { readonly kind: 'yaml'; readonly list: string; readonly item: string }
  /** A file of its own, which nothing else is in. */
  | { readonly kind: 'whole' };

/** `byHand`: it has a form in which nothing can be added safely. */
export type EditResult =
  | { readonly kind: 'changed'; readonly text: string }
  | { readonly kind: 'same' }
  | { readonly kind: 'byHand' };

/**
 * The file's new text.
 * @param text what is in it now; `undefined` when there is no file
 * @param fresh what to write when there is nothing in it
 */
export function edited(text: string | undefined, edit: FileEdit, fresh: string): EditResult {
  const written = `${fresh}\n`;
  if (text === undefined || text.trim() === '') return { kind: 'changed', text: written };
  if (text === written) return { kind: 'same' };
  switch (edit.kind) {
    case 'json':
      return addToJson(text, edit.path, edit.value);
    case 'yaml':
      return addToYamlList(text, edit.list, edit.item);
    case 'whole':
      return { kind: 'byHand' };
  }
}

/** Every path that the file may have, best first. */
export function candidates(
  place: FilePlace & { root: 'home' | 'config' },
  home: string,
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const paths = platform === 'win32' ? win32 : posix;
  const root = place.root === 'home' ? home : env['XDG_CONFIG_HOME'] || paths.join(home, '.config');
  return place.names.map((name) => paths.join(root, name));
}
