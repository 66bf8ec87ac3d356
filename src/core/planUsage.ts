/** How much of the account's plan is used up. */

/** One rate limit of the plan, over a period. */
export interface RateLimitWindow {
  /** Anthropic's name: `five_hour`, `seven_day`, … */
  readonly name: string;
  /** The used fraction: 1 is the whole limit. May exceed 1. */
  readonly used?: number;
  /** When the window resets, in seconds since 1970. */
  readonly resetsAt?: number;
}

export interface PlanUsage {
  /** `warning`: a limit is nearly reached. `rejected`: requests are refused until a window resets. */
  readonly status: 'allowed' | 'warning' | 'rejected';
  readonly windows: readonly RateLimitWindow[];
}
