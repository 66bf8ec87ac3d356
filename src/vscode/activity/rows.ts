/** The text of the Activity view: a row for each request, and its details. Pure. */
import { type ChatPhase, formatSpeed } from '../../core/chatObserver.js';
import type { PermissionRequest } from '../../core/permission.js';
import { requestedAction } from '../permissions/permissionText.js';
import { clientTitle } from '../platform/clientTitle.js';
import type { HistoryEntry, Result } from './history.js';
import { t } from '../platform/localize.js';

export interface Row {
  readonly label: string;
  readonly description: string;
  /** The name of a VS Code icon. */
  readonly icon: string;
  /** The id of a VS Code theme colour for the icon. */
  readonly color?: string;
  /** For screen readers: everything that the row shows, including the meaning of the icon. */
  readonly ariaLabel: string;
  /** `live` while the request is active, `asking` while it waits for the user, then `over`; the manifest's menus test it. */
  readonly contextValue: string;
}

/** A line below a row. */
export interface Detail {
  readonly name: string;
  readonly value: string;
}

const PHASES: Readonly<Record<ChatPhase, { readonly text: string; readonly icon: string }>> = {
  waiting: { text: t('waiting for a process'), icon: 'watch' },
  sent: { text: t('waiting for Claude'), icon: 'loading~spin' },
  thinking: { text: t('thinking'), icon: 'lightbulb' },
  answering: { text: t('answering'), icon: 'comment-discussion' },
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

/** @param locale by default the user's */
export const formatNumber = (value: number, locale?: string): string => value.toLocaleString(locale);

const formatTokens = (count: number): string =>
  count === 1 ? t('1 token') : t('{0} tokens', formatNumber(count));

function outcomeText({ error, cancelled, disconnected = false }: Result): string {
  if (disconnected) return t('client disconnected');
  if (cancelled) return t('cancelled');
  return error === undefined ? t('answered') : t('failed');
}

/** A question of Claude to the user that belongs to a request. */
export interface Question {
  readonly request: PermissionRequest;
  /** Whether the user can answer it now. Otherwise the question of another request comes first. */
  readonly first: boolean;
}

/**
 * The question that a request waits for.
 * @param pending the permission requests without an answer; the first one is shown to the user
 */
export function questionOf(
  { label, result }: HistoryEntry,
  pending: readonly PermissionRequest[],
): Question | undefined {
  const request = pending.find((candidate) => candidate.label === label);
  if (request === undefined || result !== undefined) return undefined;
  return { request, first: request === pending[0] };
}

function iconOf({ phase, result }: HistoryEntry, asking: boolean): { icon: string; color?: string } {
  if (asking) return { icon: 'question', color: 'list.warningForeground' };
  if (result === undefined) return { icon: PHASES[phase].icon };
  if (result.disconnected === true) return { icon: 'debug-disconnect' };
  if (result.cancelled) return { icon: 'circle-slash' };
  return result.error === undefined
    ? { icon: 'pass', color: 'testing.iconPassed' }
    : { icon: 'error', color: 'testing.iconFailed' };
}

const titleOf = ({ client, label }: HistoryEntry): string => clientTitle(client) || t('request {0}', label);

function stateOf({ phase, result }: HistoryEntry, question?: Question): string {
  if (question !== undefined) return t('waiting for you: {0}', requestedAction(question.request));
  return result === undefined ? PHASES[phase].text : outcomeText(result);
}

function timeOf({ result, startedAt }: HistoryEntry, now: number): string {
  // The view is refreshed once a second, so an active request shows whole seconds.
  if (result === undefined) return `${Math.floor(Math.max(0, now - startedAt) / SECOND_MS)} s`;
  return formatDuration(result.totalMs);
}

/** The requested name and the model that answers: `llama3.2 → claude-sonnet-5-5`. */
function modelOf({ subject, requestedModel, answeringModel }: HistoryEntry): string {
  const requested = requestedModel ?? subject;
  return answeringModel === undefined || answeringModel === requested
    ? requested
    : `${requested} → ${answeringModel}`;
}

const deniedCalls = ({ decisions }: HistoryEntry): number =>
  decisions.filter((decision) => decision.startsWith('denied')).length;

/** What else is known, the most important first. */
function figuresOf(entry: HistoryEntry): (string | undefined)[] {
  const { result } = entry;
  const denied = deniedCalls(entry);
  return [
    result === undefined || result.cancelled ? undefined : result.error,
    modelOf(entry),
    denied === 0 ? undefined : t('{0} denied', formatNumber(denied)),
    result?.outputTokens === undefined ? undefined : formatTokens(result.outputTokens),
    result && formatSpeed(result),
    result?.costUsd === undefined ? undefined : formatCost(result.costUsd),
  ];
}

/**
 * State and time come first: a narrow panel cuts the rest.
 * @param now milliseconds since 1970
 * @param question the question that the request waits for
 */
export function rowOf(entry: HistoryEntry, now: number, question?: Question): Row {
  const { result } = entry;
  const state = stateOf(entry, question);
  const rest = [timeOf(entry, now), ...figuresOf(entry)];
  // `answered` and `failed` are not repeated in the visible text: the icon shows them.
  const visibleState = result === undefined || result.cancelled ? state : undefined;
  const join = (parts: readonly (string | undefined)[], separator: string): string =>
    parts.filter((part) => part !== undefined).join(separator);
  return {
    label: titleOf(entry),
    description: join([visibleState, ...rest], ' · '),
    ...iconOf(entry, question !== undefined),
    ariaLabel: join([titleOf(entry), state, ...rest], ', '),
    contextValue: result !== undefined ? 'over' : question?.first === true ? 'asking' : 'live',
  };
}

/** Everything that is known about a request, a line each. */
export function detailsOf(entry: HistoryEntry): Detail[] {
  const { label, requestId, client, subject, requestedModel, answeringModel, lane, startedAt, result } =
    entry;
  const { firstTokenMs, totalMs, promptTokens, outputTokens, costUsd, error } = result ?? {};
  const lines: [name: string, value: string | undefined][] = [
    [t('Error'), error],
    [t('State'), stateOf(entry)],
    [t('Client'), client || t('unnamed')],
    [lane === undefined ? t('Request') : t('Model'), subject],
    [t('Requested model'), requestedModel],
    [t('Answering model'), answeringModel],
    [t('Lane'), lane],
    [t('Started'), new Date(startedAt).toLocaleTimeString()],
    [t('Time to first token'), firstTokenMs === undefined ? undefined : formatDuration(firstTokenMs)],
    [t('Total time'), totalMs === undefined ? undefined : formatDuration(totalMs)],
    [t('Speed'), result && formatSpeed(result)],
    [t('Tokens in'), promptTokens === undefined ? undefined : formatNumber(promptTokens)],
    [t('Tokens out'), outputTokens === undefined ? undefined : formatNumber(outputTokens)],
    ...entry.decisions.map((decision): [string, string] => [t('Permission'), decision]),
    [t('Cost'), costUsd === undefined ? undefined : formatCost(costUsd)],
    [t('Log label'), label],
    [t('Request id'), requestId],
  ];
  return lines.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

/** The details as text for the clipboard. */
export function copyText(entry: HistoryEntry): string {
  return detailsOf(entry)
    .map(({ name, value }) => `${name}: ${value}`)
    .join('\n');
}
