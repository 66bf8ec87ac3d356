/**
 * Ends processes that were left behind. A server that is killed together with its watchdog leaves CLI processes, which
 * would finish their turns; a CLI that crashes leaves the commands it was running, without a parent. Each CLI process gets
 * a tag in its environment, which all of its descendants inherit, so no file has to record them.
 */
import { randomUUID } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import type { Logger } from '../../core/log.js';
import { commandOutput, mapProcesses, killTree } from './tree.js';

/** The environment variable that holds the tag. */
export const TAG_VARIABLE = 'CLAUDE_OLLAMA_SERVER_PID';

/** A tag for one CLI process: the process id of the server that starts it, and a random part. */
export function newProcessTag(serverPid: number = process.pid): string {
  return `${serverPid}.${randomUUID()}`;
}

/** A CLI process started by a server, and not one of the commands that it runs. */
export interface TaggedCli {
  readonly pid: number;
  readonly serverPid: number;
}

const TAG_ENTRY = new RegExp(`^${TAG_VARIABLE}=(\\d+)\\.[\\w-]+$`);

/** Part of every command line with which a server starts the CLI, and never of one that a user types. */
const STREAM_INPUT = ['--input-format', 'stream-json'];

/**
 * Recognizes a CLI process that a server has started. Pure.
 * @param args the process's arguments; the environment may follow them if the two cannot be separated
 * @param environment entries `NAME=value`
 */
export function parseTaggedCli(
  pid: number,
  args: readonly string[],
  environment: readonly string[],
): TaggedCli | undefined {
  const at = args.indexOf(STREAM_INPUT[0]!);
  if (at < 0 || args[at + 1] !== STREAM_INPUT[1]) return undefined;
  const [, serverPid] = environment.map((entry) => TAG_ENTRY.exec(entry)).find(Boolean) ?? [];
  return serverPid === undefined ? undefined : { pid, serverPid: Number(serverPid) };
}

/** The tagged CLI processes in lines of `pid arguments environment`, as `ps -E` prints them. Pure. */
export function taggedClisInListing(listing: string): TaggedCli[] {
  return listing.split('\n').flatMap((line) => {
    const [pid, ...words] = line.trim().split(/\s+/);
    return parseTaggedCli(Number(pid), words, words) ?? [];
  });
}

/** The ids of the processes in such lines whose environment contains the entry `NAME=value`. Pure. */
export function pidsWithEntryInListing(listing: string, entry: string): number[] {
  return listing.split('\n').flatMap((line) => {
    const [pid, ...words] = line.trim().split(/\s+/);
    return words.includes(entry) ? [Number(pid)] : [];
  });
}

async function readProcFile(pid: string, file: 'cmdline' | 'environ'): Promise<string[]> {
  return (await readFile(`/proc/${pid}/${file}`, 'utf8')).split('\0');
}

/** Skips processes of other users, and of other containers: there the server's process id means something else. */
async function taggedClisInProc(): Promise<TaggedCli[]> {
  const ownNamespace = await readlink('/proc/self/ns/pid');
  return mapProcesses(async (pid) => {
    const args = await readProcFile(pid, 'cmdline');
    if (!args.includes(STREAM_INPUT[0]!)) return undefined;
    if ((await readlink(`/proc/${pid}/ns/pid`)) !== ownNamespace) return undefined;
    return parseTaggedCli(Number(pid), args, await readProcFile(pid, 'environ'));
  });
}

/** Includes processes in containers: a tag is unique, and their ids in our /proc are valid here. */
async function pidsWithEntryInProc(entry: string): Promise<number[]> {
  return mapProcesses(async (pid) =>
    (await readProcFile(pid, 'environ')).includes(entry) ? Number(pid) : undefined,
  );
}

function processListing(): Promise<string> {
  return commandOutput('ps', ['-xwwE', '-o', 'pid=,command=']);
}

async function findTaggedClis(platform: NodeJS.Platform): Promise<TaggedCli[]> {
  if (platform === 'linux') return taggedClisInProc();
  // Windows does not reveal the environment of other processes; only the watchdog helps there.
  if (platform === 'win32') return [];
  return taggedClisInListing(await processListing());
}

async function findPidsWithTag(tag: string, platform: NodeJS.Platform): Promise<number[]> {
  const entry = `${TAG_VARIABLE}=${tag}`;
  if (platform === 'linux') return pidsWithEntryInProc(entry);
  return platform === 'win32' ? [] : pidsWithEntryInListing(await processListing(), entry);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Kills the CLI processes of servers that no longer exist, and all of their descendants. Never rejects. */
export async function endLeftoverProcesses(
  log: Logger,
  platform: NodeJS.Platform = process.platform,
): Promise<void> {
  try {
    for (const { pid, serverPid } of await findTaggedClis(platform)) {
      if (exists(serverPid)) continue;
      log.warn(`[cli] pid=${pid} was left behind by a server that was killed: ending it`);
      await killTree(pid, platform);
    }
  } catch (error) {
    log.warn(`[cli] cannot look for processes of servers that were killed: ${String(error)}`);
  }
}

/** Processes that have not exited yet, and those that they started meanwhile, are found in the next round. */
const MAX_ROUNDS = 5;

/**
 * Kills everything that a CLI process has started, after the CLI itself crashed or was killed. Reads every process of the
 * system, so it is not for CLI processes that exit normally. Never rejects.
 * @param tag the tag of the CLI process that has exited
 */
export async function endOrphanedProcesses(
  tag: string,
  log: Logger,
  platform: NodeJS.Platform = process.platform,
): Promise<void> {
  try {
    for (let round = 1; round <= MAX_ROUNDS; round++) {
      const pids = await findPidsWithTag(tag, platform);
      if (pids.length === 0) return;
      if (round === 1) log.warn(`[cli] pid=${pids.join(',')} outlived the CLI that started it: ending it`);
      for (const pid of pids) await killTree(pid, platform);
    }
  } catch (error) {
    log.warn(`[cli] cannot look for processes that a CLI has left behind: ${String(error)}`);
  }
}
