/** Information about processes from /proc. On systems without it, waits take a fixed time. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether this system has /proc. */
export const HAS_PROC = existsSync('/proc/self/stat');

/** The kernel counts time in hundredths of a second. */
const TICK_MS = 10;
const POLL_MS = 50;
/** A process is idle when it is at least MIN_AGE_MS old and used at most one tick in the last WINDOW_MS. */
const MIN_AGE_MS = 400;
const WINDOW_MS = 250;
const IDLE_TIMEOUT_MS = 20_000;
const WAIT_WITHOUT_PROC_MS = 2000;

interface Stat {
  readonly parent: number;
  readonly cpuMs: number;
  /** Since the system was started. */
  readonly startedMs: number;
}

/** `undefined` when the process has exited, even if it is still a zombie. */
function statOf(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // proc(5): "pid (name) state ppid …". The name may contain any characters, such as parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const number = (at: number): number => Number(fields[at]);
  return { parent: number(1), cpuMs: (number(11) + number(12)) * TICK_MS, startedMs: number(19) * TICK_MS };
}

/** Processor time used so far, in milliseconds; 0 when the process has exited. */
export function cpuMs(pid: number): number {
  return HAS_PROC ? (statOf(pid)?.cpuMs ?? 0) : 0;
}

/** The ids of a process's children that run the program `file`. */
export function childrenRunning(parent: number, file: string): number[] {
  if (!HAS_PROC) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => statOf(pid)?.parent === parent && programOf(pid) === file);
}

function programOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0', 1)[0] ?? '';
  } catch {
    return '';
  }
}

export interface Footprint {
  readonly rssMb: number;
  readonly files: number;
}

/** Memory and open files of a process; `undefined` without /proc. */
export function footprintOf(pid: number): Footprint | undefined {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return { rssMb: Number(kilobytes) / 1024, files: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return undefined;
  }
}

/** Processes that must be idle before the next measurement. */
export interface WatchedProcesses {
  readonly pids: () => readonly number[];
  /** How many there are when all have started; `undefined`: at least one. */
  readonly expected: number | undefined;
}

/**
 * Waits until all processes have started and are idle.
 * @returns false when they are not within 20 seconds
 */
export async function waitUntilIdle(watched: readonly WatchedProcesses[]): Promise<boolean> {
  if (!HAS_PROC) return delay(WAIT_WITHOUT_PROC_MS, true);
  const snapshots: { at: number; cpu: ReadonlyMap<number, Stat> }[] = [];
  const end = performance.now() + IDLE_TIMEOUT_MS;
  for (;;) {
    const at = performance.now();
    const uptimeMs = Number(readFileSync('/proc/uptime', 'utf8').split(' ', 1)[0]) * 1000;
    const lists = watched.map(({ pids }) => pids());
    const cpu = new Map<number, Stat>();
    for (const pid of lists.flat()) {
      const stat = statOf(pid);
      if (stat !== undefined) cpu.set(pid, stat);
    }
    snapshots.push({ at, cpu });
    while (snapshots[1] !== undefined && at - snapshots[1].at >= WINDOW_MS) snapshots.shift();
    const before = snapshots[0]!;
    const complete = lists.every(
      (list, i) => list.length === (watched[i]!.expected ?? Math.max(1, list.length)),
    );
    const idle = [...cpu].every(([pid, stat]) => {
      const history = before.cpu.get(pid);
      return (
        history !== undefined &&
        stat.cpuMs - history.cpuMs <= TICK_MS &&
        uptimeMs - stat.startedMs >= MIN_AGE_MS
      );
    });
    if (complete && idle && at - before.at >= WINDOW_MS) return true;
    if (at > end) return false;
    await delay(POLL_MS);
  }
}
