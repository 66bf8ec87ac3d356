/** How the time of a function grows with its input. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Each measurement is repeated: the shortest counts, because everything else on the machine only makes it longer. On Windows, other
 * processes do too: see `clock`.
 */
const REPETITIONS = process.platform === 'win32' ? 20 : 5;
/** The most repetitions, for a growth that looks faster than linear: other processes also empty the processor's caches. */
const MAX_REPETITIONS = 4 * REPETITIONS;

/** How many times larger the larger input is. */
export const FACTOR = 4;
/** Growth above this is measured again: in the middle between linear and quadratic growth. */
const SUSPICIOUS = 2 * FACTOR;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Processor time in milliseconds, which does not count the time that other processes have the processor. Windows counts it in
 * steps of 16 ms: there it is the time that passes.
 */
function clock(): number {
  if (process.platform === 'win32') return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function timeOf(run: () => void): number {
  collectGarbage();
  const before = clock();
  run();
  return clock() - before;
}

/**
 * The time for `FACTOR` times the input, divided by the time for the input: about `FACTOR` for linear growth, and `FACTOR`
 * squared for a time that grows with the square.
 * @param size so large that one run takes several milliseconds
 * @param prepare makes the input of that size; what it returns is measured
 */
export function growth(size: number, prepare: (size: number) => () => void): number {
  const sizes = [size, FACTOR * size] as const;
  const shortest: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  // The first run is slow: the engine has not compiled the function.
  prepare(size)();
  const measured = (): number => shortest[1] / shortest[0];
  for (
    let repetition = 0;
    repetition < REPETITIONS || (repetition < MAX_REPETITIONS && measured() >= SUSPICIOUS);
    repetition += 1
  ) {
    for (const at of [0, 1] as const) shortest[at] = Math.min(shortest[at], timeOf(prepare(sizes[at])));
  }
  return measured();
}
