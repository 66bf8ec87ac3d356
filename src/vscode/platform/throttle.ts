export interface Throttled {
  /** Runs the job now, or as soon as the interval since the last run has passed. */
  (): void;
  /** Drops the pending run. */
  cancel(): void;
}

/**
 * Limits how often a job runs, for any number of calls. A run always follows the last call.
 * @param ms milliseconds between two runs
 */
export function throttled(ms: number, job: () => void): Throttled {
  let timer: NodeJS.Timeout | undefined;
  let pending = false;

  function onInterval(): void {
    timer = undefined;
    if (pending) run();
  }

  function run(): void {
    pending = false;
    timer = setTimeout(onInterval, ms);
    timer.unref();
    job();
  }

  const call = (): void => {
    if (timer === undefined) run();
    else pending = true;
  };
  return Object.assign(call, {
    cancel() {
      clearTimeout(timer);
      timer = undefined;
      pending = false;
    },
  });
}
