/** A job that runs at once, and then again at the earliest when that time has passed. */
export interface Throttled {
  (): void;
  /** Drops the run that is still to come. */
  cancel(): void;
}

/**
 * Bounds how often a job runs, whatever the number of calls. The last call is always followed by a run.
 * @param ms milliseconds between two runs
 */
export function throttled(ms: number, job: () => void): Throttled {
  let timer: NodeJS.Timeout | undefined;
  let again = false;

  function rest(): void {
    timer = undefined;
    if (again) run();
  }

  function run(): void {
    again = false;
    timer = setTimeout(rest, ms);
    timer.unref();
    job();
  }

  const call = (): void => {
    if (timer === undefined) run();
    else again = true;
  };
  return Object.assign(call, {
    cancel() {
      clearTimeout(timer);
      timer = undefined;
      again = false;
    },
  });
}
