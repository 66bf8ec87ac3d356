/** How many CLI processes fit into the memory of a machine. Pure. */

const GIB = 2 ** 30;

/**
 * Least memory in GiB, and the number of processes. A machine reports a little less than it has. A process needs 85 to 200 MB
 * of its own (`docs/performance.md`); the editor and other programs need most of a small machine.
 */
const STEPS: readonly (readonly [number, number])[] = [
  [28, 8],
  [14, 6],
  [7, 4],
  [3.5, 3],
];

/** @param bytes the memory of the machine, or the part that this program may use */
export function autoProcesses(bytes: number): number {
  return STEPS.find(([least]) => bytes >= least * GIB)?.[1] ?? 2;
}
