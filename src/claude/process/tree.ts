/** Reads the process table, and kills a process with all of its descendants. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { win32 } from 'node:path';

/** A process in the table of the system. */
export interface TableRow {
  readonly pid: number;
  readonly parent: number;
}

/** The rows and those of their descendants at any depth, whatever their session or process group. Pure. */
export function withDescendants<T extends TableRow>(rows: Iterable<T>, table: readonly T[]): T[] {
  const children = new Map<number, T[]>();
  for (const row of table) {
    const siblings = children.get(row.parent);
    if (siblings === undefined) children.set(row.parent, [row]);
    else siblings.push(row);
  }
  const found = new Set(rows);
  // The loop also visits what it adds.
  for (const { pid } of found) for (const child of children.get(pid) ?? []) found.add(child);
  return [...found];
}

/**
 * The ids of the descendants of a process. Pure.
 * @param listing lines of `pid ppid`
 */
export function descendants(root: number, listing: string): number[] {
  const table = listing.split('\n').flatMap((line): TableRow[] => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    return pid !== undefined && parent !== undefined && pid > 0 ? [{ pid, parent }] : [];
  });
  const found = withDescendants([{ pid: root, parent: 0 }], table);
  return found.map(({ pid }) => pid).filter((pid) => pid !== root);
}

/** Bytes. A list of processes with their environments takes several kilobytes per process. */
const OUTPUT_LIMIT = 64 * 1024 * 1024;

/** `ps` takes several seconds on a busy machine, `taskkill` with a large tree too. Milliseconds. */
export const COMMAND_TIMEOUT_MS = 10_000;

/** The full path keeps a program of an open folder that is in PATH from being started in its place. */
export const PS = '/bin/ps';

/**
 * Without them, `ps` prints times in the language of the user and in the time zone of the moment, and on macOS characters beyond
 * ASCII as escape sequences. An empty LC_ALL counts as not set (POSIX, 8.2).
 */
const FIXED_FORMAT = { LC_ALL: '', LC_TIME: 'C', LC_CTYPE: 'UTF-8', TZ: 'UTC' };

/** What a system command prints to stdout; empty if it fails or takes longer than ten seconds. Never rejects. */
export function commandOutput(file: string, args: readonly string[]): Promise<string> {
  const options = {
    timeout: COMMAND_TIMEOUT_MS,
    maxBuffer: OUTPUT_LIMIT,
    windowsHide: true,
    env: { ...process.env, ...FIXED_FORMAT },
  };
  return new Promise((resolve) => {
    execFile(file, args, options, (error, stdout) => resolve(error ? '' : stdout));
  });
}

/** Bounds the files that are open at once: there may be more processes than this program may open files. */
const MAX_CONCURRENT = 16;

/**
 * Applies `inspect` to each process id in /proc. Linux only.
 * @returns the results other than `undefined`, without those of processes that exited meanwhile or cannot be read
 */
export async function mapProcesses<T>(inspect: (pid: string) => Promise<T | undefined>): Promise<T[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const results: (T | undefined)[] = [];
  for (let at = 0; at < pids.length; at += MAX_CONCURRENT) {
    const batch = pids.slice(at, at + MAX_CONCURRENT);
    results.push(...(await Promise.all(batch.map((pid) => inspect(pid).catch(() => undefined)))));
  }
  return results.filter((result) => result !== undefined);
}

/** Lines of `pid ppid` of every process. Read from /proc because small Linux systems have no `ps`. */
async function procTable(): Promise<string> {
  const lines = await mapProcesses(async (pid) => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // "pid (name) state ppid …": the name may contain anything, including parentheses.
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    return parent === undefined ? undefined : `${pid} ${parent}`;
  });
  return lines.join('\n');
}

/** Lines of `pid ppid` of every process. */
function processTable(platform: NodeJS.Platform): Promise<string> {
  return platform === 'linux' ? procTable() : commandOutput(PS, ['-A', '-o', 'pid=,ppid=']);
}

/** The children of a process, which Linux lists for each of its threads. @throws Error where it does not */
async function childrenInProc(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8')),
  );
  return lists.flatMap((list) => list.trim().split(' ').filter(Boolean).map(Number));
}

/** The ids of all descendants of a process. Never rejects. On Windows it finds none, because `taskkill` ends the tree. */
export async function descendantsOf(
  root: number,
  platform: NodeJS.Platform = process.platform,
): Promise<number[]> {
  if (platform === 'win32') return [];
  if (platform !== 'linux') return descendants(root, await processTable(platform));
  try {
    const children = await childrenInProc(root);
    const deeper = await Promise.all(children.map((child) => descendantsOf(child, platform)));
    return [...children, ...deeper.flat()];
  } catch {
    // A kernel without these lists, or a process that has exited.
    return descendants(root, await processTable(platform).catch(() => ''));
  }
}

/** Sends a signal to a process, unless it has exited or belongs to another user. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has exited already, or this user may not end it.
  }
}

/** A command of Windows. */
export interface SystemCommand {
  readonly file: string;
  readonly args: readonly string[];
}

/**
 * The command that kills a process and its descendants on Windows. Its full path keeps a program in the working directory
 * from being started in its place. Pure.
 */
export function taskkillCommand(
  pid: number,
  env: Readonly<Record<string, string | undefined>> = process.env,
): SystemCommand {
  const file = win32.join(env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'taskkill.exe');
  return { file, args: ['/T', '/F', '/PID', String(pid)] };
}

/**
 * Kills a process and all of its descendants immediately. The CLI starts its commands in sessions of their own, so killing
 * the CLI or its process group would only orphan them. The root is stopped first, so that it cannot start more processes
 * while the table is read. If the table cannot be read, only the root is killed. On Windows the root must be running: the
 * descendants of a process that has exited are not found.
 */
export async function killTree(pid: number, platform: NodeJS.Platform = process.platform): Promise<void> {
  if (platform === 'win32') {
    const { file, args } = taskkillCommand(pid);
    // It prints a line for each process that it has killed.
    if ((await commandOutput(file, args)) === '') sendSignal(pid, 'SIGKILL');
    return;
  }
  sendSignal(pid, 'SIGSTOP');
  const children = descendants(pid, await processTable(platform));
  sendSignal(pid, 'SIGKILL');
  for (const child of children) sendSignal(child, 'SIGKILL');
}
