/** How much memory there is, and how much of it a process has for itself. */
import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { commandOutput, PS } from './tree.js';

/**
 * The memory that ends with the process, without what it shares with others. On macOS all of its resident memory.
 * @returns bytes; `undefined` where the system does not tell
 */
export async function privateMemory(pid: number): Promise<number | undefined> {
  if (process.platform === 'linux') {
    const table = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    return privateBytes(table);
  }
  if (process.platform !== 'darwin') return undefined;
  const kilobytes = Number((await commandOutput(PS, ['-o', 'rss=', '-p', String(pid)])).trim());
  return kilobytes > 0 ? kilobytes * 1024 : undefined;
}

/** The sum of the private pages in the kernel's `smaps_rollup`. Bytes; `undefined` when there are none. Pure. */
export function privateBytes(table: string): number | undefined {
  const rows = [...table.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)];
  if (rows.length === 0) return undefined;
  return rows.reduce((sum, [, kilobytes]) => sum + Number(kilobytes), 0) * 1024;
}

/** The memory of the machine, or the part of it that this program may use, for example in a container. Bytes. */
export function usableMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
