/** The installed CLI: its path, its version and whether it is signed in. */
import { stat } from 'node:fs/promises';
import type { CliInfo } from '../../core/cliBackend.js';
import { ChatError } from '../../core/errors.js';
import { parseAuthStatus } from './authStatus.js';
import { runCommand } from './command.js';
import { locate, type Machine } from './locate.js';
import { realPath } from './realPath.js';
import { isAtLeast, MINIMUM_VERSION, parseVersion } from './version.js';

export interface InstalledCli {
  readonly path: string;
  /** Where it was found, for messages. */
  readonly source: string;
  readonly version: string;
  /** Changes whenever the file changes, including an update in place. */
  readonly fingerprint: string;
}

/** Finds the CLI once, and again only after its file has changed or disappeared. */
export class CliFinder {
  readonly #configuredPath: string;
  readonly #openFolders: readonly string[];
  readonly #machine: Machine;
  #found: InstalledCli | undefined;
  #search: Promise<InstalledCli> | undefined;

  /**
   * @param configuredPath the setting `claudeOllama.claudePath`; empty to search
   * @param openFolders absolute; a CLI inside one of them is never used
   */
  constructor(configuredPath: string, openFolders: readonly string[], machine: Machine) {
    this.#configuredPath = configuredPath;
    this.#openFolders = openFolders;
    this.#machine = machine;
  }

  /** @throws ChatError `cliMissing` or `cliTooOld` */
  async find(): Promise<InstalledCli> {
    if (this.#found !== undefined && (await fingerprint(this.#found.path)) === this.#found.fingerprint) {
      return this.#found;
    }
    this.#search ??= this.#startSearch().finally(() => {
      this.#search = undefined;
    });
    return this.#search;
  }

  async #startSearch(): Promise<InstalledCli> {
    this.#found = undefined;
    // PATH may contain the real path of a folder that was opened through a symbolic link.
    const realFolders = await Promise.all(
      this.#openFolders.map(async (folder) => (await realPath(folder)) ?? folder),
    );
    const openFolders = [...this.#openFolders, ...realFolders];
    const { path, source } = await locate(this.#configuredPath, openFolders, this.#machine);
    const before = await fingerprint(path);
    const { stdout, code, ending } = await runCommand(path, ['--version'], this.#machine.env);
    const version = parseVersion(stdout);
    if (version === undefined) {
      throw new ChatError(
        'cliMissing',
        `"${path}" (from ${source}) is not a usable Claude CLI: "--version" ${code === 0 ? 'printed no version' : ending}. ` +
          'Reinstall the CLI, or set "claudeOllama.claudePath" to the path of the right program.',
      );
    }
    if (!isAtLeast(version, MINIMUM_VERSION)) {
      throw new ChatError(
        'cliTooOld',
        `The Claude CLI at "${path}" is version ${version}; version ${MINIMUM_VERSION} or later is required. ` +
          'Run "claude update".',
      );
    }
    this.#found = { path, source, version, fingerprint: before ?? '' };
    return this.#found;
  }
}

/** The exit code of `claude auth status` without credentials. */
const SIGNED_OUT_CODE = 1;

/**
 * Whether the CLI has credentials, and who pays. Expired credentials count too; only a request can tell whether they are valid. If
 * the output cannot be read, the exit code decides. Any other code than `SIGNED_OUT_CODE` counts as signed in, because a user who
 * is signed in must not be told to sign in.
 */
export async function readAuthStatus(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Pick<CliInfo, 'signedIn' | 'payer'>> {
  const { stdout, code } = await runCommand(path, ['auth', 'status'], env);
  const { loggedIn = code !== SIGNED_OUT_CODE, payer } = parseAuthStatus(stdout) ?? {};
  return { signedIn: loggedIn, ...(payer === undefined ? {} : { payer }) };
}

/** The given flags that the CLI's `--help` does not list. */
export async function missingFlags(
  path: string,
  flags: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<string[]> {
  const { stdout } = await runCommand(path, ['--help'], env);
  const known = new Set(stdout.match(/--[a-z][a-z-]*/gi));
  return flags.filter((flag) => !known.has(flag));
}

async function fingerprint(path: string): Promise<string | undefined> {
  const file = await stat(path).catch(() => undefined);
  return file && `${path} ${file.ino} ${file.size} ${file.mtimeMs}`;
}
