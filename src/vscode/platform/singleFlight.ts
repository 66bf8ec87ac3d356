/**
 * Runs a job never twice at once. A call while it runs queues one more run, whatever the number of calls.
 * The promise settles when nothing is queued any more; it rejects when a run threw, and what was queued is dropped.
 */
export function singleFlight(job: () => Promise<void>): () => Promise<void> {
  let queued = false;
  let flight: Promise<void> | undefined;

  async function fly(): Promise<void> {
    try {
      while (queued) {
        queued = false;
        await job();
      }
    } finally {
      queued = false;
      flight = undefined;
    }
  }

  return () => {
    queued = true;
    flight ??= fly();
    return flight;
  };
}
