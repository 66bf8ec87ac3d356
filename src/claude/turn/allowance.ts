/** The usage limits of the user's plan, as the CLI reports them. Accounts with an API key have none. Pure. */
import type { Allowance, AllowanceWindow } from '../../core/allowance.js';
import type { RateLimitInfo } from '../process/incoming.js';

const STATUS: Readonly<Record<string, Allowance['status']>> = {
  allowed_warning: 'warning',
  rejected: 'rejected',
};

function toWindow(
  name: string,
  used: number | null | undefined,
  resetsAt: number | null | undefined,
): AllowanceWindow {
  return {
    name,
    ...(typeof used === 'number' ? { used } : {}),
    ...(typeof resetsAt === 'number' ? { resetsAt } : {}),
  };
}

/** All limits in the message: the list of windows if the CLI sends one, and the window that decided the status. */
export function allowanceOf(info: RateLimitInfo): Allowance {
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
