/**
 * Finds files that count as settings or as Git's own files although their names do not say so: the targets of links with
 * such a name, the Git directory that a `.git` file names, and the programs and files that Git's configuration names. Pure,
 * given `PlaceReader`.
 */
import type { PlatformPath } from 'node:path';
import { sensitivityOfName, type NamedSensitivity } from './sensitiveNames.js';

/** Reads the file system. None of the functions rejects. */
export interface PlaceReader {
  /** The path rules of the platform. */
  readonly path: PlatformPath;
  readonly home: string;
  /** The absolute path without symbolic links; `undefined` if it cannot be resolved. */
  readonly realPath: (path: string) => Promise<string | undefined>;
  /** The names of the symbolic links in a folder. */
  readonly linksIn: (folder: string) => Promise<readonly string[]>;
  /** The text of a small file; `undefined` if there is none. */
  readonly readText: (path: string) => Promise<string | undefined>;
}

/** A file or folder that is sensitive together with everything below it. */
export interface SensitivePlace {
  /** Absolute, without symbolic links. */
  readonly target: string;
  readonly sensitivity: NamedSensitivity;
}

/** The sensitive places that these folders define. */
export async function sensitivePlaces(
  folders: readonly string[],
  reader: PlaceReader,
): Promise<readonly SensitivePlace[]> {
  const found = await Promise.all(
    [...new Set(folders)].map(async (folder) => [
      ...(await linkTargets(folder, reader)),
      ...(await gitPlaces(folder, reader)),
    ]),
  );
  return found.flat();
}

/** Folders of settings and of Git, relative to a folder of the workspace: what a link in them leads to is obeyed, too. */
const OBEYED_FOLDERS = [
  '.claude',
  '.claude/agents',
  '.claude/commands',
  '.claude/hooks',
  '.devcontainer',
  '.git',
  '.git/hooks',
  '.git/info',
  '.husky',
  '.idea',
  '.idea/runConfigurations',
  '.vscode',
];

async function linkTargets(
  folder: string,
  { path, realPath, linksIn }: PlaceReader,
): Promise<SensitivePlace[]> {
  const places = ['', ...OBEYED_FOLDERS].map(async (inner) => {
    const links = await linksIn(path.join(folder, inner));
    const targets = links.map(async (name): Promise<SensitivePlace[]> => {
      const sensitivity = sensitivityOfName([...inner.split('/'), name]);
      const target = sensitivity === undefined ? undefined : await realPath(path.join(folder, inner, name));
      return sensitivity === undefined || target === undefined ? [] : [{ target, sensitivity }];
    });
    return (await Promise.all(targets)).flat();
  });
  return (await Promise.all(places)).flat();
}

/** Settings of Git whose value is a program that Git runs, or a file that it reads such settings from (git-config(1)). */
const PATH_SETTING =
  /^[ \t]*(?:hookspath|path|fsmonitor|sshcommand|pager|editor|clean|smudge|process|textconv|command|driver|program|askpass|attributesfile|helper|cmd)[ \t]*=[ \t]*(.*)$/gim;

/** The Git directory of a working tree that has none of its own name, and what Git's configuration names. */
async function gitPlaces(folder: string, reader: PlaceReader): Promise<SensitivePlace[]> {
  const { path, home, readText, realPath } = reader;
  const own = path.join(folder, '.git');
  const named = /^gitdir:(.*\S)/m.exec((await readText(own)) ?? '')?.[1]?.trim();
  const gitFolder = named === undefined ? own : path.resolve(folder, named);
  const common = (await readText(path.join(gitFolder, 'commondir')))?.trim();
  const gitFolders = [gitFolder, ...(common ? [path.resolve(gitFolder, common)] : [])];
  const configs = [
    ...gitFolders.flatMap((each) => [path.join(each, 'config'), path.join(each, 'config.worktree')]),
    path.join(home, '.gitconfig'),
    path.join(home, '.config', 'git', 'config'),
  ];
  const values = (await Promise.all(configs.map((file) => pathSettings(file, reader)))).flat();
  const targets = await Promise.all(
    [...(named === undefined ? [] : gitFolders), ...values.map((value) => path.resolve(folder, value))].map(
      (each) => realPath(each),
    ),
  );
  const root = await realPath(folder);
  return targets.flatMap((target) =>
    // A value such as `.` must not make the whole folder sensitive.
    target === undefined || root === undefined || contains(target, root, path)
      ? []
      : [{ target, sensitivity: 'git' }],
  );
}

/** The paths and programs that a configuration file of Git names, as they are written. Continuation lines are not joined. */
async function pathSettings(file: string, { home, readText }: PlaceReader): Promise<string[]> {
  const text = (await readText(file)) ?? '';
  return [...text.matchAll(PATH_SETTING)].flatMap(([, value = '']) => {
    const words = value.replace(/^["!]+/, '').split(/["\s]+/);
    return words
      .filter((word) => /[\\/.]/.test(word) || words.length === 1)
      .map((word) => word.replace(/^~(?=[\\/])/, home));
  });
}

function contains(folder: string, other: string, path: PlatformPath): boolean {
  const relative = path.relative(folder, other);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}
