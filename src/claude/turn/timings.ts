/** Where the time of a turn went. Pure. */
import type { Timings } from '../../core/chat.js';
import type { ResultMessage } from '../process/incoming.js';

/** Points in time on one monotonic clock, milliseconds. */
export interface TurnClock {
  readonly started: number;
  /** When the answer began, as far as was seen. */
  readonly firstEvent: number;
  readonly now: number;
}

/** The CLI's own times where it reports them. What it does not count, its start for one, is loading. */
export function turnTimings(
  result: ResultMessage | undefined,
  { started, firstEvent, now }: TurnClock,
): Timings {
  const turn = Math.min(result?.duration_ms ?? now - firstEvent, now - started);
  const toRequest = Math.min(result?.time_to_request_ms ?? 0, turn);
  const toToken = Math.min(Math.max(result?.ttft_ms ?? 0, toRequest), turn);
  return {
    loadMs: now - started - turn + toRequest,
    promptMs: toToken - toRequest,
    outputMs: turn - toToken,
  };
}
