/** The files of the repository, for the tests in this folder. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The repository's folder: the nearest one above this file with a package.json. */
export const root = findRoot(dirname(fileURLToPath(import.meta.url)));

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly commands?: readonly ContributedCommand[];
    readonly configuration?: readonly SettingsSection[];
    readonly menus?: Readonly<
      Record<string, readonly { readonly command?: string; readonly when?: string }[]>
    >;
    readonly walkthroughs?: readonly { readonly id: string; readonly steps: readonly WalkthroughStep[] }[];
    readonly keybindings?: readonly { readonly command: string }[];
  };
}

export interface WalkthroughStep {
  readonly id: string;
  readonly description: string;
  readonly media: { readonly svg: string; readonly altText: string };
  readonly completionEvents: readonly string[];
}

/** VS Code shows `value`. The palette also finds a command by `original`, which is English. */
export interface LocalizedText {
  readonly value: string;
  readonly original: string;
}

export interface ContributedCommand {
  readonly command: string;
  readonly title: LocalizedText;
  readonly category?: LocalizedText;
}

/** A group of settings in the settings editor. */
export interface SettingsSection {
  readonly title: string;
  readonly order: number;
  readonly properties: Readonly<Record<string, Setting>>;
}

export interface Setting {
  readonly type?: string | readonly string[];
  readonly default?: unknown;
  readonly scope?: string;
  readonly order?: number;
  readonly description?: string;
  readonly markdownDescription?: string;
}

/** The manifest with its English texts. */
export function manifest(): Manifest {
  const texts = JSON.parse(read('package.nls.json')) as Record<string, string>;
  return JSON.parse(read('package.json'), (_key, value: unknown) => {
    const key = typeof value === 'string' ? /^%(.+)%$/.exec(value)?.[1] : undefined;
    return key === undefined ? value : texts[key];
  }) as Manifest;
}

/** All settings of the manifest by their full key. */
export function contributedSettings(): Record<string, Setting> {
  const { configuration = [] } = manifest().contributes;
  return Object.assign({}, ...configuration.map(({ properties }) => properties)) as Record<string, Setting>;
}

/**
 * The text of a file.
 * @param path relative to the repository's folder
 */
export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** All files in a folder and its subfolders, sorted, as paths relative to the repository's folder with forward slashes. */
export function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/**
 * Imports a module of `scripts/`, from there and not from the compiled tests: scripts find the repository by their own
 * path.
 */
export async function importScript<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(join(root, 'scripts', name)).href)) as T;
}

function findRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('no package.json above the tests');
  return findRoot(parent);
}
