/**
 * Wraps a job so that it never runs concurrently with itself. Any number of calls during a run cause one more run after
 * it. The promise resolves when no run is left. It rejects when a run throws; the run queued behind it is then dropped.
 */
export function singleFlight(job: () => Promise<void>): () => Promise<void> {
  let queued = false;
  let running: Promise<void> | undefined;

  async function runQueued(): Promise<void> {
    try {
      while (queued) {
        queued = false;
        await job();
      }
    } finally {
      queued = false;
      running = undefined;
    }
  }

  return () => {
    queued = true;
    running ??= runQueued();
    return running;
  };
}
