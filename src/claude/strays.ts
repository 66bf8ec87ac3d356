/**
 * Ends CLI processes whose program is gone: it was killed, and its guardian with it. They would run their turn to its
 * end. Each carries the id of its program in its environment, so nothing has to be written down.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Logger } from '../core/log.js';
import { killTree, run } from './tree.js';

/** The variable that names the process which started the CLI. */
export const OWNER_VARIABLE = 'CLAUDE_OLLAMA_SERVER_PID';

/** A process that was started by one of our programs and is the CLI, not a command that it runs. */
export interface Owned {
  readonly pid: number;
  readonly owner: number;
}

/** What is in every command line of ours, and in none of a person's. */
const STREAMING = ['--input-format', 'stream-json'];

/**
 * The process, where it is one of ours. Pure.
 * @param words its arguments, and where they cannot be told apart, its environment behind them
 */
export function ownedProcess(
  pid: number,
  words: readonly string[],
  environment: readonly string[],
): Owned | undefined {
  const at = words.indexOf(STREAMING[0]!);
  if (at < 0 || words[at + 1] !== STREAMING[1]) return undefined;
  const [, owner] =
    environment.map((entry) => /^CLAUDE_OLLAMA_SERVER_PID=(\d+)$/.exec(entry)).find(Boolean) ?? [];
  return owner === undefined ? undefined : { pid, owner: Number(owner) };
}

/** Our processes, from lines of `pid arguments environment`, as `ps -E` writes them. Pure. */
export function ownedInListing(listing: string): Owned[] {
  return listing.split('\n').flatMap((line) => {
    const [pid, ...words] = line.trim().split(/\s+/);
    return ownedProcess(Number(pid), words, words) ?? [];
  });
}

/** From /proc. Processes of other users, and of containers, whose ids mean something else there, are left out. */
async function ownedInProc(): Promise<Owned[]> {
  const home = await readlink('/proc/self/ns/pid');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      try {
        const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
        if (!words.includes(STREAMING[0]!) || (await readlink(`/proc/${pid}/ns/pid`)) !== home) return [];
        const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
        return ownedProcess(Number(pid), words, environment) ?? [];
      } catch {
        // Gone meanwhile, or not ours to look at.
        return [];
      }
    }),
  );
  return found.flat();
}

async function ownedProcesses(platform: NodeJS.Platform): Promise<Owned[]> {
  if (platform === 'linux') return ownedInProc();
  // Windows shows nobody's environment; there the guardian is all there is.
  if (platform === 'win32') return [];
  return ownedInListing(await run('ps', ['-xwwE', '-o', 'pid=,command=']));
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Looks for them and ends them, with all they started. Never rejects. */
export async function endStrays(log: Logger, platform: NodeJS.Platform = process.platform): Promise<void> {
  try {
    for (const { pid, owner } of await ownedProcesses(platform)) {
      if (exists(owner)) continue;
      log.warn(`[cli] pid=${pid} was left behind by a program that was killed, and is ended`);
      await killTree(pid, platform);
    }
  } catch (error) {
    log.debug(`[cli] strays cannot be looked for: ${String(error)}`);
  }
}
