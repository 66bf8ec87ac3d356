/** Finds the Claude CLI. Access to the system is a parameter, so that the rules of every platform can be tested on any. */
import { access, constants, readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, posix, win32 } from 'node:path';
import which from 'which';
import { ChatError } from '../../core/errors.js';
import { cachedLoginPath, loginPath } from './loginPath.js';
import { homeFolder, isInFolders, searchableFolders } from './searchPath.js';
import { shimTargets } from './shim.js';

/** The parts of the system that the search reads. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  isExecutable(path: string): Promise<boolean>;
  /** Every program of that name in these folders, in the order of the folders. */
  search(name: string, folders: readonly string[]): Promise<readonly string[]>;
  /** The PATH of a login shell, possibly cached; `undefined` if it is unknown. May take seconds. */
  loginPath(): Promise<string | undefined>;
  /** Names in a folder; empty if the folder does not exist. */
  list(folder: string): Promise<readonly string[]>;
  /** The text of a file; `undefined` if it cannot be read. */
  readText(path: string): Promise<string | undefined>;
}

export interface LocatedCli {
  readonly path: string;
  /** Where it was found, for messages. */
  readonly source: string;
}

/**
 * Finds the CLI. Order: the setting, PATH, the login shell's PATH, the standard install locations.
 * @param configuredPath the setting `claudeOllama.claudePath`: absolute, or starting with `~`; empty to search
 * @param openFolders folders of PATH inside these are skipped: a repository could bring its own `claude`
 * @throws ChatError `cliMissing`, naming every location that was tried
 */
export async function locate(
  configuredPath: string,
  openFolders: readonly string[],
  machine: Machine,
): Promise<LocatedCli> {
  if (configuredPath !== '') return locateConfigured(configuredPath, machine);
  const tried: string[] = [];
  const onPath = await findOnPath(machine.env['PATH'] ?? machine.env['Path'] ?? '', openFolders, machine);
  if (onPath !== undefined) return { path: onPath, source: 'PATH' };
  tried.push('PATH');
  const loginPath = await machine.loginPath();
  if (loginPath !== undefined) {
    const found = await findOnPath(loginPath, openFolders, machine);
    if (found !== undefined) return { path: found, source: "the login shell's PATH" };
    tried.push("the login shell's PATH");
  }
  for (const path of await installLocations(machine)) {
    const program = await programFor(path, machine);
    if (program !== undefined) return { path: program, source: 'a standard install location' };
    tried.push(path);
  }
  throw new ChatError(
    'cliMissing',
    'The Claude CLI was not found. Install it (https://code.claude.com/docs/en/setup), or set ' +
      `"claudeOllama.claudePath" to its absolute path. Tried: ${tried.join(', ')}.`,
  );
}

const SETTING = 'setting "claudeOllama.claudePath"';

async function locateConfigured(configuredPath: string, machine: Machine): Promise<LocatedCli> {
  const paths = machine.platform === 'win32' ? win32 : posix;
  const path = configuredPath.replace(/^~(?=[\\/])/, () => machine.home);
  if (!paths.isAbsolute(path)) {
    throw new ChatError(
      'cliMissing',
      `The ${SETTING} is "${configuredPath}", which is not an absolute path. Correct the setting.`,
    );
  }
  const program = await programFor(path, machine);
  if (program === undefined) {
    throw new ChatError(
      'cliMissing',
      `The ${SETTING} is "${path}", which is not an executable file. Correct the setting.`,
    );
  }
  return { path: program, source: `the ${SETTING}` };
}

async function findOnPath(
  path: string,
  openFolders: readonly string[],
  machine: Machine,
): Promise<string | undefined> {
  const folders = searchableFolders(path, openFolders, machine.platform);
  for (const candidate of await machine.search('claude', folders)) {
    // On Windows `which` searches the current folder first, which may be the workspace.
    if (!isInFolders(candidate, folders, machine.platform)) continue;
    const program = await programFor(candidate, machine);
    if (program !== undefined) return program;
  }
  return undefined;
}

/** The executable to start for a path. On Windows it may be behind a shim. */
async function programFor(path: string, machine: Machine): Promise<string | undefined> {
  const isProgram = machine.platform !== 'win32' || /\.exe$/i.test(path);
  const candidates = isProgram ? [path] : shimTargets(path, await machine.readText(path));
  for (const candidate of candidates) if (await machine.isExecutable(candidate)) return candidate;
  return undefined;
}

/** Where the installers put the CLI, preferred locations first. */
async function installLocations(machine: Machine): Promise<string[]> {
  const { platform, env, home } = machine;
  if (platform === 'win32') {
    const { APPDATA, LOCALAPPDATA } = env;
    return [
      win32.join(home, '.local', 'bin', 'claude.exe'),
      ...(APPDATA ? [win32.join(APPDATA, 'npm', 'claude.cmd')] : []),
      ...(LOCALAPPDATA
        ? [
            win32.join(LOCALAPPDATA, 'Microsoft', 'WinGet', 'Links', 'claude.exe'),
            win32.join(LOCALAPPDATA, 'pnpm', 'claude.cmd'),
          ]
        : []),
    ];
  }
  const nvm = posix.join(home, '.nvm', 'versions', 'node');
  const versions = [...(await machine.list(nvm))].sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return [
    posix.join(home, '.local/bin/claude'),
    '/opt/homebrew/bin/claude',
    '/usr/local/bin/claude',
    '/home/linuxbrew/.linuxbrew/bin/claude',
    '/usr/bin/claude',
    posix.join(home, '.claude/local/node_modules/.bin/claude'),
    posix.join(home, '.claude/local/claude'),
    posix.join(home, '.npm-global/bin/claude'),
    posix.join(home, '.volta/bin/claude'),
    ...versions.map((version) => posix.join(nvm, version, 'bin/claude')),
    posix.join(home, '.bun/bin/claude'),
    posix.join(home, '.local/share/pnpm/claude'),
    posix.join(home, 'Library/pnpm/claude'),
    posix.join(home, '.local/share/mise/shims/claude'),
    posix.join(home, '.asdf/shims/claude'),
  ];
}

/**
 * The system that this program runs on.
 * @param env its environment
 */
export function thisMachine(env: Readonly<Record<string, string | undefined>>): Machine {
  const { platform } = process;
  return {
    platform,
    env,
    home: homeFolder(env, platform) || homedir(),
    async isExecutable(path) {
      const file = await stat(path).catch(() => undefined);
      if (file?.isFile() !== true) return false;
      if (platform === 'win32') return true;
      return access(path, constants.X_OK).then(
        () => true,
        () => false,
      );
    },
    async search(name, folders) {
      if (folders.length === 0) return [];
      return (await which(name, { path: folders.join(delimiter), all: true, nothrow: true })) ?? [];
    },
    loginPath:
      platform === 'win32' ? () => Promise.resolve(undefined) : cachedLoginPath(() => loginPath(env)),
    list: (folder) => readdir(folder).catch(() => []),
    readText: (path) => readFile(path, 'utf8').catch(() => undefined),
  };
}
