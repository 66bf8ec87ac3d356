/** Finds the Claude CLI. What it looks at is a parameter, so that every system's rules can be tested on any. */
import { access, constants, readdir, stat } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import which from 'which';
import { ChatError } from '../../core/errors.js';
import { searchableFolders } from './launch.js';
import { loginPath, rememberedPath } from './loginPath.js';

/** The machine as the search sees it. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Whether this file can be run. */
  isProgram(path: string): Promise<boolean>;
  /** Every program of that name in these folders, in their order. */
  search(name: string, folders: readonly string[]): Promise<readonly string[]>;
  /** PATH as a login shell has it or had it lately, `undefined` when it cannot be had. May be slow. */
  loginPath(): Promise<string | undefined>;
  /** Names in a folder; empty when there is none. */
  list(folder: string): Promise<readonly string[]>;
}

export interface Located {
  readonly path: string;
  /** Where it was found, for people. */
  readonly source: string;
}

/**
 * Order: the setting, PATH, the login shell's PATH, the known install places.
 * @param configured the setting: an absolute path, or one that starts with `~`; empty for none
 * @param open folders of PATH inside these are skipped, or a repository could bring its own `claude`
 * @throws ChatError `cliMissing`, with all that was tried
 */
export async function locate(
  configured: string,
  open: readonly string[],
  machine: Machine,
): Promise<Located> {
  if (configured !== '') return locateConfigured(configured, machine);
  const tried: string[] = [];
  const onPath = await inFolders(machine.env['PATH'] ?? machine.env['Path'] ?? '', open, machine);
  if (onPath !== undefined) return { path: onPath, source: 'PATH' };
  tried.push('PATH');
  const loginPath = await machine.loginPath();
  if (loginPath !== undefined) {
    const found = await inFolders(loginPath, open, machine);
    if (found !== undefined) return { path: found, source: "the login shell's PATH" };
    tried.push("the login shell's PATH");
  }
  for (const place of await knownPlaces(machine)) {
    if (await machine.isProgram(place)) return { path: place, source: 'a known install place' };
    tried.push(place);
  }
  throw new ChatError(
    'cliMissing',
    'The Claude CLI was not found. Install it (https://code.claude.com/docs/en/setup), or set ' +
      `"claudeOllama.claudePath" to its absolute path. Tried: ${tried.join(', ')}.`,
  );
}

async function locateConfigured(configured: string, machine: Machine): Promise<Located> {
  const paths = machine.platform === 'win32' ? win32 : posix;
  const path = configured.replace(/^~(?=[\\/])/, machine.home);
  const source = 'the setting "claudeOllama.claudePath"';
  if (!paths.isAbsolute(path)) {
    throw new ChatError(
      'cliMissing',
      `${source} is "${configured}", which is not an absolute path. Correct it.`,
    );
  }
  const program = await runnable(path, machine);
  if (program === undefined) {
    throw new ChatError(
      'cliMissing',
      `${source} is "${path}", which is not a program that can be run. Correct it.`,
    );
  }
  return { path: program, source };
}

async function inFolders(
  path: string,
  open: readonly string[],
  machine: Machine,
): Promise<string | undefined> {
  const folders = searchableFolders(path, open, machine.platform);
  for (const candidate of await machine.search('claude', folders)) {
    const program = await runnable(candidate, machine);
    if (program !== undefined) return program;
  }
  return undefined;
}

/**
 * The file to start for a candidate. npm puts a `.cmd` shim on Windows' PATH, which cannot be started without a
 * shell that parses arguments again; the program behind it can.
 */
async function runnable(path: string, machine: Machine): Promise<string | undefined> {
  if (machine.platform !== 'win32') return (await machine.isProgram(path)) ? path : undefined;
  const target = /\.exe$/i.test(path) ? path : shimTarget(path);
  return (await machine.isProgram(target)) ? target : undefined;
}

/** The program behind npm's shims `claude`, `claude.cmd` and `claude.ps1`. Pure. */
export function shimTarget(shim: string): string {
  return win32.join(win32.dirname(shim), 'node_modules', '@anthropic-ai', 'claude-code', 'bin', 'claude.exe');
}

/** Where the CLI's installers put it, best first. */
async function knownPlaces(machine: Machine): Promise<string[]> {
  const { platform, env, home } = machine;
  if (platform === 'win32') {
    const inNpm = (folder: string): string => shimTarget(win32.join(folder, 'claude.cmd'));
    return [
      win32.join(home, '.local', 'bin', 'claude.exe'),
      ...(env['APPDATA'] ? [inNpm(win32.join(env['APPDATA'], 'npm'))] : []),
      ...(env['LOCALAPPDATA']
        ? [win32.join(env['LOCALAPPDATA'], 'Microsoft', 'WinGet', 'Links', 'claude.exe')]
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

/** This machine. */
export function thisMachine(env: Readonly<Record<string, string | undefined>>): Machine {
  const { platform } = process;
  const home = env['HOME'] ?? env['USERPROFILE'] ?? '';
  return {
    platform,
    env,
    home,
    async isProgram(path) {
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
      const separator = platform === 'win32' ? ';' : ':';
      const found = await which(name, { path: folders.join(separator), all: true, nothrow: true });
      // On Windows the current folder is searched too, which nobody asked for.
      return (found ?? []).filter((path) =>
        folders.some((folder) => path.toLowerCase().startsWith(folder.toLowerCase())),
      );
    },
    loginPath: platform === 'win32' ? () => Promise.resolve(undefined) : rememberedPath(() => loginPath(env)),
    list: (folder) => readdir(folder).catch(() => []),
  };
}
