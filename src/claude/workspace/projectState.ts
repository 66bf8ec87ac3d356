/** Detects changes of the files that a workspace process reads only when it starts. */
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { WorkspaceFiles } from './workspaceFiles.js';

/** Read from the folder and from every folder above it. */
const INSTRUCTIONS = ['CLAUDE.md', 'CLAUDE.local.md', '.claude/CLAUDE.md', '.claude/rules'];
const PROJECT_SETTINGS = [
  '.claude/settings.json',
  '.claude/settings.local.json',
  '.claude/agents',
  '.claude/output-styles',
  '.mcp.json',
];
/** The current branch and the latest commit. */
const GIT = ['.git/HEAD', '.git/logs/HEAD'];
const USER_INSTRUCTIONS = ['CLAUDE.md', 'rules'];
const USER_SETTINGS = ['settings.json', 'agents', 'output-styles'];

/** A file that an instruction file imports: `@docs/rules.md`, `@~/rules.md`, `@my\ rules.md`. */
const IMPORT = /(?<![\w`])@((?:[^\s\\]|\\ )+)/g;
/** How often the CLI follows imports of imported files. */
const IMPORT_DEPTH = 5;
/** Bounds the work for a project with many imports. */
const MAX_IMPORTS = 200;

export interface ProjectPlaces {
  /** Where the CLI runs, absolute. */
  readonly folder: string;
  /** The CLI's configuration folder (`CLAUDE_CONFIG_DIR`), absolute. */
  readonly configFolder: string;
  /** The user's home folder, absolute. */
  readonly home: string;
  readonly readText: WorkspaceFiles['readText'];
}

/**
 * A string that changes whenever one of these files changes, or a file that they import. A process that was started with
 * another value must not begin a conversation. Never rejects.
 */
export async function projectState(places: ProjectPlaces): Promise<string> {
  const { folder, configFolder } = places;
  const inFolder = (names: readonly string[]): string[] => names.map((name) => join(folder, name));
  const inConfig = (names: readonly string[]): string[] => names.map((name) => join(configFolder, name));
  const instructions = [
    ...[folder, ...foldersAbove(folder)].flatMap((each) => INSTRUCTIONS.map((name) => join(each, name))),
    ...inConfig(USER_INSTRUCTIONS),
    memoryFile(folder, configFolder),
  ];
  const others = [...inFolder(PROJECT_SETTINGS), ...inFolder(GIT), ...inConfig(USER_SETTINGS)];
  const [read, states] = await Promise.all([filesIn(instructions), filesIn(others)]);
  const imported = await importedTexts([...read.keys()], places);
  return [...read.values(), ...states.values(), ...imported].join(' ');
}

function foldersAbove(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [] : [above, ...foldersAbove(above)];
}

/** The index of what Claude has noted about the project. */
function memoryFile(folder: string, configFolder: string): string {
  return join(configFolder, 'projects', folder.replaceAll(/[^a-zA-Z0-9]/g, '-'), 'memory', 'MEMORY.md');
}

/** The existing files among these, and in folders among these, each with a string that changes with the file. */
async function filesIn(paths: readonly string[]): Promise<Map<string, string>> {
  const found = await Promise.all(
    paths.map(async (path): Promise<[string, string][]> => {
      const entry = await stat(path).catch(() => undefined);
      if (entry?.isDirectory() !== true) {
        return entry === undefined ? [] : [[path, `${path}:${entry.size}:${entry.mtimeMs}`]];
      }
      const names = await readdir(path).catch(() => []);
      return [...(await filesIn(names.map((name) => join(path, name))))];
    }),
  );
  return new Map(found.flat());
}

/** Digests of the files that these files import, directly or through others. */
async function importedTexts(
  files: readonly string[],
  { home, readText }: ProjectPlaces,
): Promise<readonly string[]> {
  const known = new Set(files);
  const digests: string[] = [];
  let texts = await Promise.all(files.map(readText));
  for (let depth = 0; depth < IMPORT_DEPTH; depth++) {
    const imports = texts.flatMap((text, at) => importsIn(text ?? '', dirname(files[at]!), home));
    files = [...new Set(imports)].filter((file) => !known.has(file)).slice(0, MAX_IMPORTS - digests.length);
    if (files.length === 0) break;
    for (const file of files) known.add(file);
    texts = await Promise.all(files.map(readText));
    digests.push(...texts.map(digest));
  }
  return digests;
}

function importsIn(text: string, folder: string, home: string): string[] {
  return [...text.matchAll(IMPORT)].map(([, name]) => {
    const path = name!.replaceAll('\\ ', ' ').replace(/^~(?=[\\/])/, () => home);
    return resolve(folder, path);
  });
}

function digest(text: string | undefined): string {
  return text === undefined ? '-' : createHash('sha256').update(text).digest('base64');
}
