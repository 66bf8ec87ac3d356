/** The text of the Activity view: a row for each request, and its details. Pure. */
import { type ChatPhase, formatSpeed } from '../../core/chatObserver.js';
import type { HistoryEntry, Result } from './history.js';

export interface Row {
  readonly label: string;
  readonly description: string;
  /** The name of a VS Code icon. */
  readonly icon: string;
  /** The id of a VS Code theme colour for the icon. */
  readonly color?: string;
  /** For screen readers: everything that the row shows, including the meaning of the icon. */
  readonly ariaLabel: string;
  /** `live` while the request is active, then `over`; the manifest's menus test it. */
  readonly contextValue: string;
}

/** A line below a row. */
export interface Detail {
  readonly name: string;
  readonly value: string;
}

const PHASES: Readonly<Record<ChatPhase, { readonly text: string; readonly icon: string }>> = {
  waiting: { text: 'waiting for a process', icon: 'watch' },
  sent: { text: 'waiting for Claude', icon: 'loading~spin' },
  thinking: { text: 'thinking', icon: 'lightbulb' },
  answering: { text: 'answering', icon: 'comment-discussion' },
};

const SECOND_MS = 1_000;

/** `85 ms`, `1.2 s`, `75 s`. */
export function formatDuration(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  return `${(ms / SECOND_MS).toFixed(ms < 10 * SECOND_MS ? 1 : 0)} s`;
}

/** `$1.25`; four decimal places below ten cents. */
export function formatCost(usd: number): string {
  if (usd > 0 && usd < 0.0001) return '<$0.0001';
  return `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`;
}

export const formatNumber = (value: number): string => value.toLocaleString('en-US');

function outcomeText({ error, cancelled }: Result): string {
  if (cancelled) return 'cancelled';
  return error === undefined ? 'answered' : 'failed';
}

function iconOf({ phase, result }: HistoryEntry): { icon: string; color?: string } {
  if (result === undefined) return { icon: PHASES[phase].icon };
  if (result.cancelled) return { icon: 'circle-slash' };
  return result.error === undefined
    ? { icon: 'pass', color: 'testing.iconPassed' }
    : { icon: 'error', color: 'testing.iconFailed' };
}

const titleOf = ({ client, label }: HistoryEntry): string => client || `request ${label}`;

const stateOf = ({ phase, result }: HistoryEntry): string =>
  result === undefined ? PHASES[phase].text : outcomeText(result);

/** What is measured so far; for a finished request preceded by its error. */
function figuresOf({ result, startedAt }: HistoryEntry, now: number): (string | undefined)[] {
  // The view is refreshed once a second, so an active request shows whole seconds.
  if (result === undefined) return [`${Math.floor(Math.max(0, now - startedAt) / SECOND_MS)} s`];
  const { cancelled, error, totalMs, outputTokens, costUsd } = result;
  return [
    cancelled ? undefined : error,
    formatDuration(totalMs),
    outputTokens === undefined ? undefined : `${formatNumber(outputTokens)} tokens`,
    formatSpeed(result),
    costUsd === undefined ? undefined : formatCost(costUsd),
  ];
}

/** @param now milliseconds since 1970 */
export function rowOf(entry: HistoryEntry, now: number): Row {
  const { subject, result } = entry;
  const state = stateOf(entry);
  const figures = figuresOf(entry, now);
  // `answered` and `failed` are not repeated in the visible text: the icon shows them.
  const visibleState = result === undefined || result.cancelled ? state : undefined;
  const join = (parts: readonly (string | undefined)[], separator: string): string =>
    parts.filter((part) => part !== undefined).join(separator);
  return {
    label: titleOf(entry),
    description: join([subject, visibleState, ...figures], ' · '),
    ...iconOf(entry),
    ariaLabel: join([titleOf(entry), subject, state, ...figures], ', '),
    contextValue: result === undefined ? 'live' : 'over',
  };
}

/** Everything that is known about a request, a line each. */
export function detailsOf(entry: HistoryEntry): Detail[] {
  const { label, requestId, client, subject, lane, startedAt, result } = entry;
  const { firstTokenMs, totalMs, promptTokens, outputTokens, costUsd, error } = result ?? {};
  const lines: [name: string, value: string | undefined][] = [
    ['Error', error],
    ['State', stateOf(entry)],
    ['Client', client || 'unnamed'],
    [lane === undefined ? 'Request' : 'Model', subject],
    ['Lane', lane],
    ['Started', new Date(startedAt).toLocaleTimeString()],
    ['Time to first token', firstTokenMs === undefined ? undefined : formatDuration(firstTokenMs)],
    ['Total time', totalMs === undefined ? undefined : formatDuration(totalMs)],
    ['Speed', result && formatSpeed(result)],
    ['Tokens in', promptTokens === undefined ? undefined : formatNumber(promptTokens)],
    ['Tokens out', outputTokens === undefined ? undefined : formatNumber(outputTokens)],
    ...entry.decisions.map((decision): [string, string] => ['Permission', decision]),
    ['Cost', costUsd === undefined ? undefined : formatCost(costUsd)],
    ['Log label', label],
    ['Request id', requestId],
  ];
  return lines.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

/** The details as text for the clipboard. */
export function copyText(entry: HistoryEntry): string {
  return detailsOf(entry)
    .map(({ name, value }) => `${name}: ${value}`)
    .join('\n');
}
