/** Ends processes that do not end by themselves, with everything they started. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Child processes of `root` at any depth, from lines of `pid ppid`. Sessions and groups do not matter. Pure. */
export function descendants(root: number, table: string): number[] {
  const children = new Map<number, number[]>();
  for (const line of table.split('\n')) {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    if (pid !== undefined && parent !== undefined && pid > 0) {
      children.set(parent, [...(children.get(parent) ?? []), pid]);
    }
  }
  const found: number[] = [];
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    for (const child of children.get(pid) ?? []) {
      if (child !== root && !found.includes(child)) {
        found.push(child);
        open.push(child);
      }
    }
  }
  return found;
}

/** Bytes. A list of processes with their environments has kilobytes for each. */
const OUTPUT_LIMIT = 64 * 1024 * 1024;

/** What a small program of the system writes; nothing when it fails. */
export function run(file: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(file, args, { timeout: 1000, maxBuffer: OUTPUT_LIMIT, windowsHide: true }, (error, stdout) =>
      resolve(error ? '' : stdout),
    );
  });
}

/** Files of /proc that are open at once: there may be more processes than files that this program may open. */
const AT_ONCE = 16;

/** For each process of /proc; those that are gone meanwhile, or not ours to look at, count as nothing. */
export async function inProc<T>(look: (pid: string) => Promise<T | undefined>): Promise<T[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found: (T | undefined)[] = [];
  for (let at = 0; at < pids.length; at += AT_ONCE) {
    const some = pids.slice(at, at + AT_ONCE);
    found.push(...(await Promise.all(some.map((pid) => look(pid).catch(() => undefined)))));
  }
  return found.filter((one) => one !== undefined);
}

/** Lines of `pid ppid` of every process. Read from /proc because small Linux systems have no `ps`. */
async function procTable(): Promise<string> {
  const lines = await inProc(async (pid) => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // "pid (name) state ppid …", where the name may hold anything, brackets too.
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    return parent === undefined ? undefined : `${pid} ${parent}`;
  });
  return lines.join('\n');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already, which is what was wanted.
  }
}

/**
 * Kills a process and all that it started, without asking. The CLI starts its commands in sessions of their own, so
 * killing it or its group alone would orphan them: it is stopped first, so that the list is complete.
 */
export async function killTree(pid: number, platform: NodeJS.Platform = process.platform): Promise<void> {
  if (platform === 'win32') {
    const taskkill = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'taskkill.exe');
    await run(taskkill, ['/T', '/F', '/PID', String(pid)]);
    return;
  }
  signal(pid, 'SIGSTOP');
  // Where nothing is known of the table, the root alone is ended.
  const all = descendants(
    pid,
    platform === 'linux' ? await procTable() : await run('ps', ['-A', '-o', 'pid=,ppid=']),
  );
  signal(pid, 'SIGKILL');
  for (const child of all) signal(child, 'SIGKILL');
}
