/** What a window has used so far, and what is left to it, in words. Pure. */
import type { PlanUsage, RateLimitWindow } from '../../core/planUsage.js';
import type { Totals } from '../activity/history.js';
import type { SessionSummary } from './sessionSummary.js';
import { dollars, number } from '../activity/rows.js';

export const count = (n: number, noun: string): string => `${number(n)} ${noun}${n === 1 ? '' : 's'}`;

/** `12 requests, 1 failed · 4,321 tokens in, 567 out · $0.12` */
export function describeTotals({ requests, failed, promptTokens, outputTokens, costUsd }: Totals): string {
  return [
    count(requests, 'request') + (failed === 0 ? '' : `, ${number(failed)} failed`),
    `${count(promptTokens, 'token')} in, ${number(outputTokens)} out`,
    ...(costUsd === undefined ? [] : [dollars(costUsd)]),
  ].join(' · ');
}

/** By the CLI's names. Others are shown as they come. */
const LIMITS: Readonly<Record<string, string>> = {
  five_hour: '5 hours',
  seven_day: 'week',
  seven_day_opus: 'week, Opus',
  seven_day_sonnet: 'week, Sonnet',
  overage: 'extra usage',
};

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

/** `23:05` today and tomorrow morning, `Fri 23:05` later than that. */
export function clock(at: number, now: number): string {
  const far = Math.abs(at - now) >= DAY_MS ? ({ weekday: 'short' } as const) : {};
  return new Date(at).toLocaleString('en', { ...far, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

function describeWindow({ name, used, resetsAt }: RateLimitWindow, now: number): string {
  const share = used === undefined ? '' : ` ${Math.round(used * 100)} % used`;
  const reset = resetsAt === undefined ? '' : `, resets ${clock(resetsAt * SECOND_MS, now)}`;
  return `${LIMITS[name] ?? name.replaceAll('_', ' ')}${share}${reset}`;
}

/**
 * `5 hours 25 % used, resets 23:05 · week 50 % used, resets Fri 07:00`; empty when nothing is known that is still true.
 * @param now milliseconds since 1970
 */
export function describePlanUsage(planUsage: PlanUsage | undefined, now: number): string {
  const current = (planUsage?.windows ?? []).filter(
    ({ resetsAt }) => resetsAt === undefined || resetsAt * SECOND_MS > now,
  );
  return current.map((window) => describeWindow(window, now)).join(' · ');
}

/** Both on one line; empty before the first request. */
export function describeSession({ totals, planUsage }: Pick<SessionSummary, 'totals' | 'planUsage'>): string {
  const left = describePlanUsage(planUsage, Date.now());
  return [...(totals.requests === 0 ? [] : [describeTotals(totals)]), ...(left === '' ? [] : [left])].join(
    ' · ',
  );
}

/** Whether requests are refused now because a limit is reached. */
export function isUsedUp(planUsage: PlanUsage | undefined, now: number): boolean {
  return planUsage?.status === 'rejected' && describePlanUsage(planUsage, now) !== '';
}
