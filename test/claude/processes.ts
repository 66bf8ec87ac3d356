/** Observes processes. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether a process with that id exists and is not a zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/**
 * Waits until a condition holds.
 * @param milliseconds an upper bound, not the expected time
 * @throws Error naming `what`, after that time
 */
export async function until(what: string, holds: () => boolean, milliseconds = 25_000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`timed out after ${milliseconds} ms waiting for: ${what}`);
    await delay(10);
  }
}

/** The process ids in a file, one per line; empty if the file does not exist. */
export function pidsIn(path: string): number[] {
  try {
    return readFileSync(path, 'utf8').trim().split('\n').map(Number);
  } catch {
    return [];
  }
}
