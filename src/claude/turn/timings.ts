/** How the time of a turn divides into loading, prompt and output. Pure. */
import type { Timings } from '../../core/chat.js';
import type { ResultMessage } from '../process/incoming.js';

/** Points in time on one monotonic clock, milliseconds. */
export interface TurnTimes {
  readonly started: number;
  /** When the first event of the answer arrived. */
  readonly firstEvent: number;
  readonly now: number;
}

/** Uses the CLI's own times where it reports them. Time outside of these, such as the start of the CLI, is loading. */
export function turnTimings(
  result: ResultMessage | undefined,
  { started, firstEvent, now }: TurnTimes,
): Timings {
  const turn = Math.min(result?.duration_ms ?? now - firstEvent, now - started);
  const toRequest = Math.min(result?.time_to_request_ms ?? 0, turn);
  const toFirstToken = Math.min(Math.max(result?.ttft_ms ?? 0, toRequest), turn);
  return {
    loadMs: now - started - turn + toRequest,
    promptMs: toFirstToken - toRequest,
    outputMs: turn - toFirstToken,
  };
}
