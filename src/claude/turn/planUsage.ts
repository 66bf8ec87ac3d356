/** The usage limits of the user's plan, as the CLI reports them. Accounts with an API key have none. Pure. */
import type { PlanUsage, RateLimitWindow } from '../../core/planUsage.js';
import type { RateLimitInfo } from '../process/incoming.js';

const STATUS: Readonly<Record<string, PlanUsage['status']>> = {
  allowed_warning: 'warning',
  rejected: 'rejected',
};

function toWindow(
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

/** All limits in the message: the list of windows if the CLI sends one, and the window that decided the status. */
export function planUsageOf(info: RateLimitInfo): PlanUsage {
  const { status, rateLimitType, utilization, resetsAt, unifiedWindows } = info;
  const listed = Object.entries(unifiedWindows ?? {}).map(([name, window]) =>
    toWindow(name, window.utilization, window.resetsAt),
  );
  const deciding =
    typeof rateLimitType !== 'string' || listed.some(({ name }) => name === rateLimitType)
      ? []
      : [toWindow(rateLimitType, utilization, resetsAt)];
  return { status: STATUS[status ?? ''] ?? 'allowed', windows: [...listed, ...deciding] };
}
