/**
 * Ends what nobody else can find. CLI processes whose program was killed, and its guardian with it, would run their turn
 * to its end. What a CLI has started outlives a crash of the CLI, and has no parent then. Each CLI process has a mark in
 * its environment, which all that it starts inherits, so nothing has to be written down.
 */
import { randomUUID } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import type { Logger } from '../../core/log.js';
import { inProc, killTree, run } from './tree.js';

/** The variable that holds the mark. */
export const MARK_VARIABLE = 'CLAUDE_OLLAMA_SERVER_PID';

/** A mark that no other process of the CLI has: the id of the program that starts it, and a random part. */
export function newMark(owner: number = process.pid): string {
  return `${owner}.${randomUUID()}`;
}

/** A process that was started by one of our programs and is the CLI, not a command that it runs. */
export interface Owned {
  readonly pid: number;
  readonly owner: number;
}

const OWNER = new RegExp(`^${MARK_VARIABLE}=(\\d+)\\.[\\w-]+$`);

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
  const [, owner] = environment.map((entry) => OWNER.exec(entry)).find(Boolean) ?? [];
  return owner === undefined ? undefined : { pid, owner: Number(owner) };
}

/** Our processes, from lines of `pid arguments environment`, as `ps -E` writes them. Pure. */
export function ownedInListing(listing: string): Owned[] {
  return listing.split('\n').flatMap((line) => {
    const [pid, ...words] = line.trim().split(/\s+/);
    return ownedProcess(Number(pid), words, words) ?? [];
  });
}

/** Ids of those in such lines that have the entry (`NAME=value`) in their environment. Pure. */
export function carriersInListing(listing: string, entry: string): number[] {
  return listing.split('\n').flatMap((line) => {
    const [pid, ...words] = line.trim().split(/\s+/);
    return words.includes(entry) ? [Number(pid)] : [];
  });
}

async function wordsOf(pid: string, file: 'cmdline' | 'environ'): Promise<string[]> {
  return (await readFile(`/proc/${pid}/${file}`, 'utf8')).split('\0');
}

/** From /proc. Processes of other users, and of containers, whose ids mean something else there, are left out. */
async function ownedInProc(): Promise<Owned[]> {
  const home = await readlink('/proc/self/ns/pid');
  return inProc(async (pid) => {
    const words = await wordsOf(pid, 'cmdline');
    if (!words.includes(STREAMING[0]!) || (await readlink(`/proc/${pid}/ns/pid`)) !== home) return undefined;
    return ownedProcess(Number(pid), words, await wordsOf(pid, 'environ'));
  });
}

/** Also those in containers of their own: a mark means the same there, and so do the ids that we see of them. */
function carriersInProc(entry: string): Promise<number[]> {
  return inProc(async (pid) => ((await wordsOf(pid, 'environ')).includes(entry) ? Number(pid) : undefined));
}

function listing(): Promise<string> {
  return run('ps', ['-xwwE', '-o', 'pid=,command=']);
}

async function ownedProcesses(platform: NodeJS.Platform): Promise<Owned[]> {
  if (platform === 'linux') return ownedInProc();
  // Windows shows nobody's environment; there the guardian is all there is.
  if (platform === 'win32') return [];
  return ownedInListing(await listing());
}

async function carriers(mark: string, platform: NodeJS.Platform): Promise<number[]> {
  const entry = `${MARK_VARIABLE}=${mark}`;
  if (platform === 'linux') return carriersInProc(entry);
  return platform === 'win32' ? [] : carriersInListing(await listing(), entry);
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
export async function endLeftoverProcesses(
  log: Logger,
  platform: NodeJS.Platform = process.platform,
): Promise<void> {
  try {
    for (const { pid, owner } of await ownedProcesses(platform)) {
      if (exists(owner)) continue;
      log.warn(`[cli] pid=${pid} was left behind by a program that was killed, and is ended`);
      await killTree(pid, platform);
    }
  } catch (error) {
    log.warn(`[cli] processes that a killed program has left cannot be looked for: ${String(error)}`);
  }
}

/** What dies slowly is found again, and so is what it started meanwhile. */
const ROUNDS = 5;

/**
 * Ends all that a CLI has started and has not ended: it was killed, or it crashed. Looks at every process of the system,
 * so it is for such ends only. Never rejects.
 * @param mark the CLI's own, which is gone
 */
export async function endOrphanedProcesses(
  mark: string,
  log: Logger,
  platform: NodeJS.Platform = process.platform,
): Promise<void> {
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      const left = await carriers(mark, platform);
      if (left.length === 0) return;
      if (round === 1) log.warn(`[cli] pid=${left.join(',')} outlived the CLI that started it, and is ended`);
      for (const pid of left) await killTree(pid, platform);
    }
  } catch (error) {
    log.warn(`[cli] what a CLI has left cannot be looked for: ${String(error)}`);
  }
}
