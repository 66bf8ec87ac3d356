/** What the CLI tells of the plan's limits, which it does for accounts that have such. Pure. */
import type { PlanUsage, RateLimitWindow } from '../../core/planUsage.js';
import type { RateLimitInfo } from '../process/incoming.js';

const STATUS: Readonly<Record<string, PlanUsage['status']>> = {
  allowed_warning: 'warning',
  rejected: 'rejected',
};

function windowOf(
  name: string,
  used: number | null | undefined,
  resetsAt: number | null | undefined,
): RateLimitWindow {
  return {
    name,
    ...(typeof used === 'number' ? { used } : {}),
    ...(typeof resetsAt === 'number' ? { resetsAt } : {}),
  };
}

/** The limits that are named; where a CLI lists none, the one that decided. */
export function planUsageOf(info: RateLimitInfo): PlanUsage {
  const { status, rateLimitType, utilization, resetsAt, unifiedWindows } = info;
  const listed = Object.entries(unifiedWindows ?? {}).map(([name, window]) =>
    windowOf(name, window.utilization, window.resetsAt),
  );
  const decided =
    typeof rateLimitType !== 'string' || listed.some(({ name }) => name === rateLimitType)
      ? []
      : [windowOf(rateLimitType, utilization, resetsAt)];
  return { status: STATUS[status ?? ''] ?? 'allowed', windows: [...listed, ...decided] };
}
