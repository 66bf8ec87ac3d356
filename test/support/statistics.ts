/** Statistics of noisy measurements. Pure. */

export interface Summary {
  readonly n: number;
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
}

/** A value, and the range that contains it in 90 of 100 repetitions of the run. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The interpolated quantile `part` (0 to 1) of the values; NaN without values. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * part;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) return Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function summarize(values: readonly number[]): Summary {
  return {
    n: values.length,
    median: median(values),
    p10: quantile(values, 0.1),
    p90: quantile(values, 0.9),
  };
}

/** The slope of the points' linear regression; NaN for fewer than two points. */
export function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1): number => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const both = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return both / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

const RESAMPLES = 2000;

/**
 * The ratio of the medians of two series. Both were measured in the same rounds, so the bootstrap draws whole rounds:
 * whatever slowed a round down slowed both.
 */
export function ratioOf(above: readonly number[], below: readonly number[]): Estimate {
  return estimate(
    Math.min(above.length, below.length),
    (drawn) => median(drawn.map((at) => above[at]!)) / median(drawn.map((at) => below[at]!)),
  );
}

/** The median of measurements, one per round. */
export function medianOf(values: readonly number[]): Estimate {
  return estimate(values.length, (drawn) => median(drawn.map((at) => values[at]!)));
}

/** The outcome of all rounds, and its range by bootstrap: from as many rounds drawn at random, 2,000 times. */
function estimate(rounds: number, outcome: (drawn: readonly number[]) => number): Estimate {
  const random = pseudoRandom();
  const all = Array.from({ length: rounds }, (_, at) => at);
  const outcomes = Array.from({ length: RESAMPLES }, () =>
    outcome(all.map(() => Math.floor(random() * rounds))),
  );
  return { value: outcome(all), low: quantile(outcomes, 0.05), high: quantile(outcomes, 0.95) };
}

/** The same numbers in each run (mulberry32), so that equal measurements give equal tables. */
function pseudoRandom(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
