/** What is left of what the account may use, as the backend last heard. Pure. */

/** One of the limits. Names are the backend's: `five_hour`, `seven_day`, … */
export interface RateLimitWindow {
  readonly name: string;
  /** The part that is used up, usually from 0 to 1. */
  readonly used?: number;
  /** When it begins anew, seconds since 1970. */
  readonly resetsAt?: number;
}

export interface PlanUsage {
  /** `rejected`: requests are refused until the limit begins anew. */
  readonly status: 'allowed' | 'warning' | 'rejected';
  readonly windows: readonly RateLimitWindow[];
}
