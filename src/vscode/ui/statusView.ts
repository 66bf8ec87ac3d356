/** What the status bar item shows for a status. Pure. */
import { addressLines } from './addressText.js';
import { COMMANDS, PRODUCT, SHORT_NAME } from '../platform/names.js';
import { REMEDIES } from '../notifications/remedies.js';
import { describePlanUsage, describeTotals, formatTime, isPlanExhausted, quantity } from './sessionText.js';
import type { CliReadiness, Status } from '../lifecycle/status.js';
import type { SessionSummary } from './sessionSummary.js';

export interface StatusView {
  /** With an icon in VS Code's notation: `$(broadcast) Claude :11434`. */
  readonly text: string;
  /** For screen readers: no icon, but its meaning in words. */
  readonly label: string;
  /** Markdown with command links. Text from outside is escaped. */
  readonly tooltip: string;
  /** `error` when the server has failed, `warning` when a permission request is pending; otherwise none. */
  readonly color?: 'error' | 'warning';
  /** The command that a click runs. */
  readonly command: string;
}

/** What the view depends on besides the status. */
export interface StatusContext extends Partial<SessionSummary> {
  /** Whether a permission request of the workspace lane waits for the user. */
  readonly permissionPending?: boolean;
}

/** The only commands that VS Code lets links in the tooltip run. */
export const TOOLTIP_COMMANDS: readonly string[] = [
  COMMANDS.start,
  COMMANDS.stop,
  COMMANDS.copyUrl,
  COMMANDS.copyToken,
  COMMANDS.showLog,
  COMMANDS.showActivity,
  COMMANDS.serveHere,
  COMMANDS.runDiagnostics,
  COMMANDS.connectClient,
  COMMANDS.showPermissionRequest,
  ...Object.values(REMEDIES).map(({ command }) => command),
];

const link = (label: string, command: string): string => `[${label}](command:${command})`;
const LOG = link('Show log', COMMANDS.showLog);
const START = link('Start', COMMANDS.start);
const STOP = link('Stop', COMMANDS.stop);
const TRY_AGAIN = link('Try again', COMMANDS.start);
const PERMISSION_REQUEST = link('Show permission request', COMMANDS.showPermissionRequest);
const COPY_URL = link('Copy URL', COMMANDS.copyUrl);
const COPY_TOKEN = link('Copy token', COMMANDS.copyToken);
const ACTIVITY = link('Activity', COMMANDS.showActivity);
const DIAGNOSTICS = link('Run diagnostics', COMMANDS.runDiagnostics);
const CONNECT = link('Connect a client', COMMANDS.connectClient);
const SERVE_HERE = link('Serve from this window', COMMANDS.serveHere);

const TOKEN_REQUIRED = `$(lock) Clients must send the token. ${COPY_TOKEN}`;

/** Escapes text from outside for Markdown and joins its lines. */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]()#+\-!<>|~$&]/g, '\\$&');
}

const tooltipOf = (...paragraphs: (string | undefined)[]): string =>
  [`**${SHORT_NAME}**`, ...paragraphs.filter((paragraph) => paragraph !== undefined)].join('\n\n');

function describeReadiness(readiness: CliReadiness): string {
  switch (readiness.kind) {
    case 'checking':
      return 'Looking for the Claude CLI…';
    case 'ready': {
      const models = readiness.models === undefined ? '' : ` · ${quantity(readiness.models, 'model')}`;
      return `Claude Code ${escapeMarkdown(readiness.version)}${models}`;
    }
    case 'problem': {
      const { kind, message } = readiness.problem;
      const remedy = REMEDIES[kind];
      const suffix = remedy === undefined ? '' : ` ${link(remedy.label, remedy.command)}`;
      return `$(warning) ${escapeMarkdown(message)}${suffix}`;
    }
  }
}

/** @param total requests that have no complete reply yet, including the queued ones */
function describeRequests(total: number, queued: number): string {
  if (total === 0) return 'Idle';
  const active = quantity(total - queued, 'active request');
  return queued === 0 ? active : `${active}, ${queued} queued`;
}

/** The URLs of the endpoint, a paragraph each. */
function describeAddresses(url: string, addressesOf: SessionSummary['addressesOf'] | undefined): string {
  const addresses = addressesOf?.(url) ?? { localUrl: url, externalUrl: undefined, remoteName: undefined };
  return addressLines(addresses)
    .map((line) => `\`${line.url}\`${line.audience === '' ? '' : ` ${escapeMarkdown(line.audience)}`}`)
    .join('\n\n');
}

/** The usage of this window and of the plan's limits, and the latest error; a paragraph each. */
function describeSession({ totals, planUsage }: Partial<SessionSummary>, now: number): string[] {
  const paragraphs: string[] = [];
  if (totals !== undefined && totals.requests > 0) {
    paragraphs.push(`This session: ${escapeMarkdown(describeTotals(totals))}`);
  }
  const remaining = describePlanUsage(planUsage, now);
  if (remaining !== '') {
    const icon = isPlanExhausted(planUsage, now) ? '$(warning) ' : '';
    paragraphs.push(`${icon}Plan: ${escapeMarkdown(remaining)}`);
  }
  const error = totals?.lastError;
  if (error !== undefined) {
    const text = escapeMarkdown(`${error.client || 'unnamed client'}: ${error.message}`);
    paragraphs.push(`$(error) ${formatTime(error.at, now)} ${text}`);
  }
  return paragraphs;
}

/** @param now milliseconds since 1970 */
export function statusView(status: Status, context: StatusContext = {}, now = Date.now()): StatusView {
  if (context.permissionPending !== true) return stateView(status, context, now);
  return {
    text: '$(question) Claude asks…',
    label: `${PRODUCT}: Claude asks for your permission`,
    tooltip: tooltipOf(`Claude asks for your permission. ${PERMISSION_REQUEST}`),
    color: 'warning',
    command: COMMANDS.showPermissionRequest,
  };
}

function stateView(status: Status, context: StatusContext, now: number): StatusView {
  const command = COMMANDS.showMenu;
  switch (status.state) {
    case 'stopped':
      return {
        text: '$(circle-slash) Claude off',
        label: `${PRODUCT}: stopped`,
        tooltip: tooltipOf('Stopped.', `${START} · ${LOG}`),
        command,
      };
    case 'starting':
      return {
        text: `$(loading~spin) Claude :${status.port}`,
        label: `${PRODUCT}: starting on port ${status.port}`,
        tooltip: tooltipOf(`Starting on port ${status.port}…`, `${STOP} · ${LOG}`),
        command,
      };
    case 'running': {
      const problem = status.readiness.kind === 'problem' ? status.readiness.problem : undefined;
      const warning = problem === undefined ? '' : `, warning: ${problem.message}`;
      return {
        text: `$(${problem === undefined ? 'broadcast' : 'warning'}) Claude :${status.port}`,
        label: `${PRODUCT}: running on port ${status.port}${warning}`,
        tooltip: tooltipOf(
          describeAddresses(status.url, context.addressesOf),
          describeReadiness(status.readiness),
          `Folder: ${escapeMarkdown(status.folder)}`,
          context.tokenRequired === true ? TOKEN_REQUIRED : undefined,
          describeRequests(status.requests, status.waiting),
          ...describeSession(context, now),
          `${CONNECT} · ${COPY_URL} · ${ACTIVITY} · ${DIAGNOSTICS} · ${STOP} · ${LOG}`,
        ),
        command,
      };
    }
    case 'elsewhere': {
      const folder = status.folder === undefined ? '' : ` (folder: ${escapeMarkdown(status.folder)})`;
      return {
        text: `$(window) Claude :${status.port}`,
        label: `${PRODUCT}: another window is serving port ${status.port}`,
        tooltip: tooltipOf(
          describeAddresses(status.url, context.addressesOf),
          `Another window is serving this port${folder}. This window takes over when that window stops serving.`,
          ...describeSession(context, now),
          `${SERVE_HERE} · ${COPY_URL} · ${STOP} · ${LOG}`,
        ),
        command,
      };
    }
    case 'failed':
      return {
        text: `$(error) Claude :${status.port}`,
        label: `${PRODUCT}: failed. ${status.message}`,
        tooltip: tooltipOf(
          `$(error) ${escapeMarkdown(status.message)}`,
          `${TRY_AGAIN} · ${DIAGNOSTICS} · ${LOG}`,
        ),
        color: 'error',
        command,
      };
  }
}
