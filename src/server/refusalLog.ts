import type { Logger } from '../core/log.js';

/** Refusals that are logged one by one within a minute. */
const MAX_LOGGED = 200;
const PERIOD_MS = 60_000;

/** Limits what refused clients can write to the log. */
export interface RefusalLog {
  /** Counts a refusal. @returns whether it may be logged on its own; if not, it becomes part of a sum */
  count(): boolean;
}

/** Logs the sum of further refusals at the end of each minute with more than 200. */
export function createRefusalLog(log: Logger): RefusalLog {
  let counted = 0;
  let period: NodeJS.Timeout | undefined;
  const endPeriod = (): void => {
    const more = counted - MAX_LOGGED;
    if (more > 0) log.warn(`Refused ${more} more requests and connections within a minute.`);
    counted = 0;
    period = undefined;
  };
  return {
    count() {
      period ??= setTimeout(endPeriod, PERIOD_MS).unref();
      counted += 1;
      return counted <= MAX_LOGGED;
    },
  };
}
