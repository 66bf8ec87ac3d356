/**
 * Files that name the running CLI processes, one file each, in a folder that only this user can read. They tell a later server
 * which processes were left behind: the marks and arguments of a process alone prove nothing, because other processes inherit
 * or repeat them.
 */
import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import type { NotedProcess } from './notedDescendants.js';
import { processIdentity, systemId } from './processIdentity.js';

const startedProcess = v.object({
  pid: v.pipe(v.number(), v.integer(), v.minValue(2)),
  startTime: v.string(),
});
const recordSchema = v.object({
  ...startedProcess.entries,
  server: startedProcess,
  /** See `systemId`. */
  system: v.string(),
  /** The paths of the CLI: as it was started, without links, and the program that it has become. */
  programs: v.array(v.string()),
  args: v.array(v.string()),
  /** Where the system hides what tells them, the processes that the CLI has started: see `notedDescendants.ts`. */
  descendants: v.optional(
    v.array(v.object({ ...startedProcess.entries, group: v.optional(v.number()) })),
    [],
  ),
});

/** A CLI process that a server has started. */
export type ProcessRecord = v.InferOutput<typeof recordSchema>;

/** A script that starts the CLI with `exec` has become the CLI after this time. */
const SETTLED_MS = 1000;

/** The folder of the records of this user. A restart of the system may empty it, like the list of processes. */
export function recordsFolder(): string {
  return join(tmpdir(), `claude-ollama-server-${process.getuid?.() ?? 'user'}`);
}

/**
 * Whether only this user can use the folder. Another user may have created it first.
 * @throws Error if it does not exist
 */
async function isPrivate(folder: string): Promise<boolean> {
  const found = await lstat(folder);
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
}

async function write(folder: string, record: ProcessRecord): Promise<void> {
  const draft = join(folder, `${randomUUID()}.draft`);
  await writeFile(draft, JSON.stringify(record), { mode: 0o600, flag: 'wx' });
  await rename(draft, join(folder, fileName(record.pid)));
}

function fileName(pid: number): string {
  return `${pid}.json`;
}

/** A CLI process to record. */
export interface StartedCli {
  readonly pid: number;
  /** The path of the program that was started. */
  readonly file: string;
  readonly args: readonly string[];
}

/** The record of a running CLI process. */
export interface RecordOfProcess {
  /** Replaces the noted descendants. @throws Error if the record cannot be written */
  note(descendants: readonly NotedProcess[]): Promise<void>;
  remove(): Promise<void>;
}

const NO_RECORD: RecordOfProcess = { note: () => Promise.resolve(), remove: () => Promise.resolve() };

/**
 * Records a running CLI process until the record is removed. Does nothing on Windows, which does not tell one process from
 * another.
 * @throws Error if the record cannot be written, or other users could change it
 */
export async function recordProcess(
  { pid, file, args }: StartedCli,
  folder: string = recordsFolder(),
): Promise<RecordOfProcess> {
  const [cli, server] = await Promise.all([processIdentity(pid), processIdentity(process.pid)]);
  if (cli === undefined || server === undefined) return NO_RECORD;
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  if (!(await isPrivate(folder))) throw new Error(`other users can change the folder ${folder}`);
  let record: ProcessRecord = {
    pid,
    startTime: cli.startTime,
    server: { pid: server.pid, startTime: server.startTime },
    system: await systemId(),
    programs: [file, await realpath(file).catch(() => file)],
    args: [...args],
    descendants: [],
  };
  await write(folder, record);
  /** The writes, one after the other; none follows the removal. */
  let writes = Promise.resolve();
  let isRemoved = false;
  const change = (changes: Partial<ProcessRecord>): Promise<void> => {
    record = { ...record, ...changes };
    const written = writes.then(() => (isRemoved ? undefined : write(folder, record)));
    writes = written.catch(() => undefined);
    return written;
  };
  const settled = setTimeout(() => {
    // A record without the program that the process has become is still true, so a failure is no error.
    void addedProgram(record)
      .then((program) =>
        program === undefined ? undefined : change({ programs: [...record.programs, program] }),
      )
      .catch(() => undefined);
  }, SETTLED_MS);
  settled.unref();
  return {
    note: (descendants) => change({ descendants: [...descendants] }),
    async remove() {
      clearTimeout(settled);
      isRemoved = true;
      await writes;
      await removeRecord(record, folder);
    },
  };
}

/** The program that a recorded process runs, if the record does not name it. */
async function addedProgram(record: ProcessRecord): Promise<string | undefined> {
  const now = await processIdentity(record.pid);
  const { executable } = now ?? {};
  if (now?.startTime !== record.startTime || executable === undefined) return undefined;
  return record.programs.includes(executable) ? undefined : executable;
}

/** The records in the folder; none if other users could have written them. @throws Error */
export async function readRecords(folder: string = recordsFolder()): Promise<readonly ProcessRecord[]> {
  if (!(await isPrivate(folder).catch(() => false))) return [];
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const records = await Promise.all(files.map((name) => readRecord(join(folder, name))));
  return records.filter((record) => record !== undefined);
}

async function readRecord(path: string): Promise<ProcessRecord | undefined> {
  try {
    const parsed = v.safeParse(recordSchema, JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

export async function removeRecord({ pid }: ProcessRecord, folder: string = recordsFolder()): Promise<void> {
  await rm(join(folder, fileName(pid)), { force: true });
}
