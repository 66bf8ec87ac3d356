/** The usage of this window and of the plan's limits, as text. Pure. */
import type { PlanUsage, RateLimitWindow } from '../../core/planUsage.js';
import type { Usage } from '../usage/dailyUsage.js';
import { formatCost, formatNumber } from '../activity/rows.js';
import { t } from '../platform/localize.js';

/** `12 requests, 1 failed · 4,321 tokens in, 567 out · $0.12` */
export function describeTotals({ requests, failed, promptTokens, outputTokens, costUsd }: Usage): string {
  return [
    (requests === 1 ? t('1 request') : t('{0} requests', formatNumber(requests))) +
      (failed === 0 ? '' : `, ${t('{0} failed', formatNumber(failed))}`),
    promptTokens === 1
      ? t('1 token in, {0} out', formatNumber(outputTokens))
      : t('{0} tokens in, {1} out', formatNumber(promptTokens), formatNumber(outputTokens)),
    ...(costUsd === undefined ? [] : [formatCost(costUsd)]),
  ].join(' · ');
}

/** By the CLI's names of limits. Unknown names are shown as they are. */
const LIMIT_LABELS: Readonly<Record<string, string>> = {
  five_hour: t('5 hours'),
  seven_day: t('week'),
  seven_day_opus: `${t('week')}, Opus`,
  seven_day_sonnet: `${t('week')}, Sonnet`,
  overage: t('extra usage'),
};

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

/**
 * `23:05`, or `Fri 23:05` for a time that is a day or more away from now, in the user's format.
 * @param time milliseconds since 1970
 * @param now milliseconds since 1970
 * @param locale by default the user's
 */
export function formatTime(time: number, now: number, locale?: string): string {
  const weekday = Math.abs(time - now) >= DAY_MS ? ({ weekday: 'short' } as const) : {};
  return new Date(time).toLocaleString(locale, { ...weekday, hour: '2-digit', minute: '2-digit' });
}

function describeWindow({ name, used, resetsAt }: RateLimitWindow, now: number): string {
  const share = used === undefined ? '' : ` ${t('{0} % used', Math.round(used * 100))}`;
  const reset = resetsAt === undefined ? '' : `, ${t('resets {0}', formatTime(resetsAt * SECOND_MS, now))}`;
  return `${LIMIT_LABELS[name] ?? name.replaceAll('_', ' ')}${share}${reset}`;
}

/**
 * `5 hours 25 % used, resets 23:05 · week 50 % used, resets Fri 07:00`. Limits that have been reset since they were
 * reported are left out; empty when none is left.
 * @param now milliseconds since 1970
 */
export function describePlanUsage(planUsage: PlanUsage | undefined, now: number): string {
  const current = (planUsage?.windows ?? []).filter(
    ({ resetsAt }) => resetsAt === undefined || resetsAt * SECOND_MS > now,
  );
  return current.map((window) => describeWindow(window, now)).join(' · ');
}

/** Whether Claude refuses requests now because a limit of the plan is reached. */
export function isPlanExhausted(planUsage: PlanUsage | undefined, now: number): boolean {
  return planUsage?.status === 'rejected' && describePlanUsage(planUsage, now) !== '';
}
