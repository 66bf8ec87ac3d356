/** Looks at processes from outside, through /proc. Where there is none, waits take a fixed time instead. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether processes can be looked at here. */
export const VISIBLE = existsSync('/proc/self/stat');

/** The kernel counts time in hundredths of a second. */
const TICK_MS = 10;
const POLL_MS = 50;
/** A process is settled when it is at least so old and used at most one tick in so long. */
const AGE_MS = 400;
const WINDOW_MS = 250;
const PATIENCE_MS = 20_000;
const BLIND_WAIT_MS = 2000;

interface Stat {
  readonly parent: number;
  readonly cpuMs: number;
  /** Since the start of the system. */
  readonly startedMs: number;
}

/** `undefined` when the process is gone or only waits to be collected. */
function statOf(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // "pid (name) state ppid …", where the name may hold anything, brackets too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const number = (at: number): number => Number(fields[at]);
  return { parent: number(1), cpuMs: (number(11) + number(12)) * TICK_MS, startedMs: number(19) * TICK_MS };
}

/** Processor time used so far, in milliseconds; 0 when the process is gone. */
export function cpuMs(pid: number): number {
  return VISIBLE ? (statOf(pid)?.cpuMs ?? 0) : 0;
}

/** The children of a process that run that program. */
export function childrenRunning(parent: number, file: string): number[] {
  if (!VISIBLE) return [];
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

/** What a process holds; `undefined` where that cannot be seen. */
export function footprintOf(pid: number): Footprint | undefined {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return { rssMb: Number(kilobytes) / 1024, files: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return undefined;
  }
}

/** Processes that must have settled before the next measurement. */
export interface Watched {
  readonly pids: () => readonly number[];
  /** How many there are when everything is ready. */
  readonly expected: number;
}

/**
 * Waits until all are there and none has anything left to do: the one rule for what counts as ready.
 * @returns whether it came to that within 20 seconds
 */
export async function settled(watched: readonly Watched[]): Promise<boolean> {
  if (!VISIBLE) return delay(BLIND_WAIT_MS, true);
  const looks: { at: number; cpu: ReadonlyMap<number, Stat> }[] = [];
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const at = performance.now();
    const uptimeMs = Number(readFileSync('/proc/uptime', 'utf8').split(' ', 1)[0]) * 1000;
    const lists = watched.map(({ pids }) => pids());
    const cpu = new Map<number, Stat>();
    for (const pid of lists.flat()) {
      const stat = statOf(pid);
      if (stat !== undefined) cpu.set(pid, stat);
    }
    looks.push({ at, cpu });
    while (looks[1] !== undefined && at - looks[1].at >= WINDOW_MS) looks.shift();
    const before = looks[0]!;
    const complete = lists.every((list, i) => list.length === watched[i]!.expected);
    const idle = [...cpu].every(([pid, stat]) => {
      const earlier = before.cpu.get(pid);
      return (
        earlier !== undefined && stat.cpuMs - earlier.cpuMs <= TICK_MS && uptimeMs - stat.startedMs >= AGE_MS
      );
    });
    if (complete && idle && at - before.at >= WINDOW_MS) return true;
    if (at > end) return false;
    await delay(POLL_MS);
  }
}
