/**
 * Ends processes that were left behind. A server that is killed together with its watchdog leaves CLI processes, which would
 * finish their turns; the next server finds them by their records. A CLI that crashes leaves the commands it was running, without
 * a parent; each CLI process has a tag in its environment, which all of its descendants inherit. Where the system hides the
 * environment of some programs, `notedDescendants.ts` finds these.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from '../../core/log.js';
import { endNoted } from './notedDescendants.js';
import { hasArguments, processIdentity, systemId } from './processIdentity.js';
import { type ProcessRecord, readRecords, recordsFolder, removeRecord } from './processRecords.js';
import { commandOutput, killTree, mapProcesses, PS } from './tree.js';

/** The environment variable that holds the tag. */
export const TAG_VARIABLE = 'CLAUDE_OLLAMA_SERVER_PID';

/** A tag for one CLI process: the process id of the server that starts it, and a random part. */
export function newProcessTag(serverPid: number = process.pid): string {
  return `${serverPid}.${randomUUID()}`;
}

/** The ids of the processes in lines of `pid arguments environment`, as `ps -E` prints them, whose environment contains the entry `NAME=value`. Pure. */
export function pidsWithEntryInListing(listing: string, entry: string): number[] {
  return listing.split('\n').flatMap((line) => {
    const [pid, ...words] = line.trim().split(/\s+/);
    return words.includes(entry) ? [Number(pid)] : [];
  });
}

async function readEnvironment(pid: string): Promise<string[]> {
  return (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
}

/** Includes processes in containers: a tag is unique, and their ids in our /proc are valid here. */
async function pidsWithEntryInProc(entry: string): Promise<number[]> {
  return mapProcesses(async (pid) =>
    (await readEnvironment(pid)).includes(entry) ? Number(pid) : undefined,
  );
}

function processListing(): Promise<string> {
  return commandOutput(PS, ['-xwwE', '-o', 'pid=,command=']);
}

async function findPidsWithTag(tag: string, platform: NodeJS.Platform): Promise<number[]> {
  const entry = `${TAG_VARIABLE}=${tag}`;
  if (platform === 'linux') return pidsWithEntryInProc(entry);
  return platform === 'win32' ? [] : pidsWithEntryInListing(await processListing(), entry);
}

/** Why a recorded process is not ended; `undefined` if it is a CLI that a server has left behind. */
async function objectionTo(record: ProcessRecord, platform: NodeJS.Platform): Promise<string | undefined> {
  const server = await processIdentity(record.server.pid, platform);
  if (server?.startTime === record.server.startTime) return 'its server is running';
  const found = await processIdentity(record.pid, platform);
  if (found?.startTime !== record.startTime) return 'it has exited';
  if (found.user !== process.getuid?.()) return 'it belongs to another user';
  if (!hasArguments(found, record.args, platform)) return 'it runs with other arguments';
  const programs = new Set([found.executable, ...found.command.slice(0, -record.args.length)]);
  if (!record.programs.some((program) => programs.has(program))) return 'it runs another program';
  return undefined;
}

/**
 * Kills the CLI processes of servers that no longer exist, and all of their descendants. A process is killed only if a server has
 * recorded it, and it is the same process, of this user, with the same program and the same arguments. Never rejects.
 */
export async function endLeftoverProcesses(
  log: Logger,
  folder: string = recordsFolder(),
  platform: NodeJS.Platform = process.platform,
): Promise<void> {
  try {
    const system = await systemId(platform);
    for (const record of await readRecords(folder)) {
      // Process ids of another container mean other processes here.
      if (record.system !== system) continue;
      const objection = await objectionTo(record, platform);
      if (objection === 'its server is running') continue;
      if (objection === undefined) {
        log.warn(`[cli] pid=${record.pid} was left behind by a server that was killed: ending it`);
        await killTree(record.pid, platform);
      } else log.debug(`[cli] pid=${record.pid} is not ended: ${objection}`);
      await endNoted(record.descendants, log);
      await removeRecord(record, folder);
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
