/** The installed CLI: where it is, whether it is new enough, whether it is signed in. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import * as v from 'valibot';
import { ChatError } from '../../core/errors.js';
import { isAtLeast, MINIMUM_VERSION, parseVersion } from './launch.js';
import { locate, type Machine } from './locate.js';
import { realPath } from './realPath.js';

export interface InstalledCli {
  readonly path: string;
  readonly source: string;
  readonly version: string;
  /** Changes whenever the program does, an update in place included. */
  readonly fingerprint: string;
}

const ANSWER_MS = 10_000;
const authStatus = v.object({ loggedIn: v.boolean() });

/** Finds the CLI once and again only when the file changed or went away. */
export class CliFinder {
  readonly #configured: string;
  readonly #folders: readonly string[];
  readonly #machine: Machine;
  #known: InstalledCli | undefined;
  #search: Promise<InstalledCli> | undefined;

  /** @param folders that are open: a CLI in them is not the person's */
  constructor(configured: string, folders: readonly string[], machine: Machine) {
    this.#configured = configured;
    this.#folders = folders;
    this.#machine = machine;
  }

  /** @throws ChatError `cliMissing` or `cliTooOld` */
  async find(): Promise<InstalledCli> {
    if (this.#known !== undefined && (await fingerprint(this.#known.path)) === this.#known.fingerprint) {
      return this.#known;
    }
    this.#search ??= this.#look().finally(() => {
      this.#search = undefined;
    });
    return this.#search;
  }

  async #look(): Promise<InstalledCli> {
    this.#known = undefined;
    // PATH may name an open folder by another name than it was opened by.
    const real = await Promise.all(this.#folders.map(async (folder) => (await realPath(folder)) ?? folder));
    const open = [...this.#folders, ...real];
    const { path, source } = await locate(this.#configured, open, this.#machine);
    const mark = await fingerprint(path);
    const { code, stdout } = await run(path, ['--version'], this.#machine.env);
    const version = parseVersion(stdout);
    if (version === undefined) {
      throw new ChatError(
        'cliMissing',
        `"${path}" (from ${source}) does not answer as the Claude CLI: "--version" ended with ${code}. ` +
          'Reinstall the CLI, or set "claudeOllama.claudePath" to another one.',
      );
    }
    if (!isAtLeast(version, MINIMUM_VERSION)) {
      throw new ChatError(
        'cliTooOld',
        `The Claude CLI at "${path}" is ${version}; at least ${MINIMUM_VERSION} is needed. Run "claude update".`,
      );
    }
    this.#known = { path, source, version, fingerprint: mark ?? '' };
    return this.#known;
  }
}

/** Whether the CLI has credentials. An expired one still counts; only a request can tell. */
export async function isSignedIn(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const { stdout } = await run(path, ['auth', 'status'], env);
  try {
    return v.parse(authStatus, JSON.parse(stdout)).loggedIn;
  } catch {
    return false;
  }
}

/** Those of the flags that its help does not have. */
export async function missingFlags(
  path: string,
  flags: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<string[]> {
  const { stdout } = await run(path, ['--help'], env);
  const known = new Set(stdout.match(/--[a-z][a-z-]*/gi));
  return flags.filter((flag) => !known.has(flag));
}

async function fingerprint(path: string): Promise<string | undefined> {
  const file = await stat(path).catch(() => undefined);
  return file && `${path} ${file.ino} ${file.size} ${file.mtimeMs}`;
}

function run(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ code: string; stdout: string }> {
  return new Promise((resolve) => {
    // Never in the workspace: its settings could name programs to run.
    const options = { cwd: homedir(), env: { ...env }, timeout: ANSWER_MS, windowsHide: true };
    execFile(file, args, options, (error, stdout) => {
      resolve({ code: error ? String(error.code ?? error.signal) : '0', stdout });
    });
  });
}
