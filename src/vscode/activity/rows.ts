/** How requests look in the Activity view. Pure: text in, text out. */
import type { ChatPhase } from '../../core/chatObserver.js';
import type { HistoryEntry, Result } from './history.js';

/** A request as a row. */
export interface Row {
  readonly label: string;
  readonly description: string;
  /** The name of an icon of the editor. */
  readonly icon: string;
  /** Of a colour of the theme, where the icon has one. */
  readonly color?: string;
  /** For screen readers: all that the row shows, in words. */
  readonly spoken: string;
  /** `live` or `over`: which actions there are. */
  readonly context: string;
}

/** A line below a row: what, and how much. */
export interface Detail {
  readonly name: string;
  readonly value: string;
}

const PHASES: Readonly<Record<ChatPhase, { readonly word: string; readonly icon: string }>> = {
  waiting: { word: 'waiting for a process', icon: 'watch' },
  sent: { word: 'waiting for Claude', icon: 'loading~spin' },
  thinking: { word: 'thinking', icon: 'lightbulb' },
  answering: { word: 'answering', icon: 'comment-discussion' },
};

const SECOND_MS = 1_000;

/** `85 ms`, `1.2 s`, `75 s`. */
export function duration(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  return `${(ms / SECOND_MS).toFixed(ms < 10 * SECOND_MS ? 1 : 0)} s`;
}

/** Dollars with as many places as it takes to see something. */
export function dollars(usd: number): string {
  if (usd > 0 && usd < 0.0001) return '<$0.0001';
  return `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`;
}

export const number = (value: number): string => value.toLocaleString('en-US');

/** Tokens a second. An answer that came all at once has no speed. */
function speed({ outputTokens, outputMs = 0 }: Result): string | undefined {
  if (outputTokens === undefined || outputMs <= 0) return undefined;
  return `${Math.round((outputTokens * SECOND_MS) / outputMs)} tokens/s`;
}

function word({ error, cancelled }: Result): string {
  if (cancelled) return 'cancelled';
  return error === undefined ? 'answered' : 'failed';
}

function look(entry: HistoryEntry): { icon: string; color?: string } {
  const { phase, result } = entry;
  if (result === undefined) return { icon: PHASES[phase].icon };
  if (result.cancelled) return { icon: 'circle-slash' };
  return result.error === undefined
    ? { icon: 'pass', color: 'testing.iconPassed' }
    : { icon: 'error', color: 'testing.iconFailed' };
}

const nameOf = ({ client, label }: HistoryEntry): string => client || `request ${label}`;

/** @param now milliseconds since 1970 */
export function rowOf(entry: HistoryEntry, now: number): Row {
  const { subject, phase, result, startedAt } = entry;
  const state = result === undefined ? PHASES[phase].word : word(result);
  const figures =
    result === undefined
      ? // Told once a second, so in whole ones.
        [`${Math.floor(Math.max(0, now - startedAt) / SECOND_MS)} s`]
      : [
          result.cancelled ? undefined : result.error,
          duration(result.totalMs),
          result.outputTokens === undefined ? undefined : `${number(result.outputTokens)} tokens`,
          speed(result),
          result.costUsd === undefined ? undefined : dollars(result.costUsd),
        ];
  // What the icon says need not be read twice.
  const said = result === undefined || result.cancelled ? [state] : [];
  const text = (parts: readonly (string | undefined)[], between: string): string =>
    parts.filter((part) => part !== undefined).join(between);
  return {
    label: nameOf(entry),
    description: text([subject, ...said, ...figures], ' · '),
    ...look(entry),
    spoken: text([nameOf(entry), subject, state, ...figures], ', '),
    context: result === undefined ? 'live' : 'over',
  };
}

/** What is known of a request, a line each. */
export function detailsOf(entry: HistoryEntry): Detail[] {
  const { label, client, subject, lane, startedAt, phase, result } = entry;
  const { firstTokenMs, totalMs, promptTokens, outputTokens, costUsd, error } = result ?? {};
  const lines: [name: string, value: string | undefined][] = [
    ['Error', error],
    ['State', result === undefined ? PHASES[phase].word : word(result)],
    ['Client', client || 'unnamed'],
    [lane === undefined ? 'Request' : 'Model', subject],
    ['Lane', lane],
    ['Started', new Date(startedAt).toLocaleTimeString()],
    ['First token after', firstTokenMs === undefined ? undefined : duration(firstTokenMs)],
    ['Total time', totalMs === undefined ? undefined : duration(totalMs)],
    ['Speed', result && speed(result)],
    ['Tokens in', promptTokens === undefined ? undefined : number(promptTokens)],
    ['Tokens out', outputTokens === undefined ? undefined : number(outputTokens)],
    ...entry.decisions.map((decision): [string, string] => ['Permission', decision]),
    ['Cost', costUsd === undefined ? undefined : dollars(costUsd)],
    ['In the log as', label],
  ];
  return lines.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

/** The details as text to copy. */
export function copyText(entry: HistoryEntry): string {
  return detailsOf(entry)
    .map(({ name, value }) => `${name}: ${value}`)
    .join('\n');
}
