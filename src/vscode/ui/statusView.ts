/** What the status bar item shows for a status. Pure. */
import { addressLines } from './addressText.js';
import { COMMANDS, PRODUCT, SHORT_NAME } from '../platform/names.js';
import { requestedAction } from '../permissions/permissionText.js';
import type { PermissionRequest, WorkspacePermissions } from '../../core/permission.js';
import { clientTitle } from '../platform/clientTitle.js';
import { PERMISSION_LABELS } from './permissionLabels.js';
import { problemLabel, problemText } from '../notifications/problemText.js';
import { REMEDY_COMMANDS, remediesFor } from '../notifications/remedies.js';
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
  /** `error` when the server has failed; `warning` when a permission request waits, or the plan's limit is reached. */
  readonly color?: 'error' | 'warning';
  /** The command that a click runs. */
  readonly command: string;
}

/** What the view depends on besides the status. */
export interface StatusContext extends Partial<SessionSummary> {
  /** The permission request of the workspace lane that waits for the user. */
  readonly permissionRequest?: PermissionRequest | undefined;
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
  COMMANDS.allow,
  COMMANDS.deny,
  COMMANDS.sayHello,
  COMMANDS.createToken,
  COMMANDS.choosePermissions,
  COMMANDS.openSettings,
  COMMANDS.changePort,
  ...REMEDY_COMMANDS,
];

/** A longer error would fill the tooltip. */
const MAX_ERROR_CHARACTERS = 200;

const link = (label: string, command: string): string => `[${label}](command:${command})`;
const LOG = link('Show log', COMMANDS.showLog);
const START = link('Start', COMMANDS.start);
const STOP = link('Stop', COMMANDS.stop);
const TRY_AGAIN = link('Try again', COMMANDS.start);
const PERMISSION_REQUEST = link('Show permission request', COMMANDS.showPermissionRequest);
const ALLOW = link('Allow', COMMANDS.allow);
const DENY = link('Deny', COMMANDS.deny);
const COPY_URL = link('Copy URL', COMMANDS.copyUrl);
const COPY_TOKEN = link('Copy token', COMMANDS.copyToken);
const ACTIVITY = link('Activity', COMMANDS.showActivity);
const DIAGNOSTICS = link('Run diagnostics', COMMANDS.runDiagnostics);
const CONNECT = link('Connect a client', COMMANDS.connectClient);
const CREATE_TOKEN = link('Create token', COMMANDS.createToken);
const HELLO = link('Say hello', COMMANDS.sayHello);
const SETTINGS = link('Settings', COMMANDS.openSettings);
const OTHER_PORT = link('Use another port', COMMANDS.changePort);
const CHANGE_PERMISSIONS = link('Change', COMMANDS.choosePermissions);
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
      const payer = readiness.payer === undefined ? '' : ` · paid by ${escapeMarkdown(readiness.payer)}`;
      return `Claude Code ${escapeMarkdown(readiness.version)}${models}${payer}`;
    }
    case 'problem': {
      const { problem } = readiness;
      const links = remediesFor(problem.kind).map(({ label, command }) => link(label, command));
      return [`$(warning) ${escapeMarkdown(problemText(problem))}`, links.join(' · ')].join(' ').trim();
    }
  }
}

/** What workspace models may do, with a link that changes it. */
const describePermissions = (permissions: WorkspacePermissions | undefined): string | undefined =>
  permissions === undefined
    ? undefined
    : `Workspace models: ${PERMISSION_LABELS[permissions]} · ${CHANGE_PERMISSIONS}`;

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

/**
 * What is left of the plan, the usage of today, and the latest error; a paragraph each.
 * @param shown an error that the tooltip shows already
 */
function describeSession({ totals, today, planUsage }: StatusContext, now: number, shown?: string): string[] {
  const paragraphs: string[] = [];
  const remaining = describePlanUsage(planUsage, now);
  if (remaining !== '') {
    const icon = isPlanExhausted(planUsage, now) ? '$(warning) ' : '';
    paragraphs.push(`${icon}Plan: ${escapeMarkdown(remaining)}`);
  }
  if (today !== undefined && today.requests > 0) {
    paragraphs.push(`Today: ${escapeMarkdown(describeTotals(today))}`);
  }
  const error = totals?.lastError;
  if (error !== undefined && error.message !== shown) {
    const client = clientTitle(error.client) || 'unnamed client';
    const text = escapeMarkdown(`${client}: ${shortened(error.message)}`);
    paragraphs.push(`$(error) ${formatTime(error.at, now)} ${text}`);
  }
  return paragraphs;
}

/** The log has the whole message. */
const shortened = (message: string): string =>
  message.length > MAX_ERROR_CHARACTERS ? `${message.slice(0, MAX_ERROR_CHARACTERS)}…` : message;

/** The icon of a running server, and what it means to a screen reader. */
function runningState(
  readiness: CliReadiness,
  { planUsage, totals }: StatusContext,
  now: number,
): { readonly icon: string; readonly meaning: string; readonly color?: 'warning' } {
  if (readiness.kind === 'checking') {
    return { icon: 'loading~spin', meaning: ', looking for the Claude CLI' };
  }
  if (readiness.kind === 'problem') {
    return { icon: 'warning', meaning: `, ${problemLabel(readiness.problem.kind)}` };
  }
  if (isPlanExhausted(planUsage, now)) {
    return { icon: 'warning', meaning: ', the limit of the plan is reached', color: 'warning' };
  }
  if (totals?.failing === true) return { icon: 'warning', meaning: ', the latest request failed' };
  return { icon: 'broadcast', meaning: '' };
}

/** @param now milliseconds since 1970 */
export function statusView(status: Status, context: StatusContext = {}, now = Date.now()): StatusView {
  const { permissionRequest } = context;
  if (permissionRequest === undefined) return stateView(status, context, now);
  const action = requestedAction(permissionRequest);
  return {
    text: '$(question) Claude asks',
    label: `${PRODUCT}: Claude asks for permission to ${action}`,
    tooltip: tooltipOf(
      `Claude asks for your permission to ${escapeMarkdown(action)}.`,
      `${PERMISSION_REQUEST} · ${ALLOW} · ${DENY}`,
    ),
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
        tooltip: tooltipOf('Stopped.', `${START} · ${SETTINGS} · ${LOG}`),
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
      const { readiness } = status;
      const { icon, meaning, color } = runningState(readiness, context, now);
      const problem = readiness.kind === 'problem' ? readiness.problem.message : undefined;
      return {
        text: `$(${icon}) Claude :${status.port}`,
        label: `${PRODUCT}: running on port ${status.port}${meaning}`,
        tooltip: tooltipOf(
          describeAddresses(status.url, context.addressesOf),
          describeReadiness(readiness),
          `Folder: ${escapeMarkdown(status.folder)}`,
          describePermissions(context.permissions),
          context.tokenRequired === true ? TOKEN_REQUIRED : undefined,
          describeRequests(status.requests, status.waiting),
          ...describeSession(context, now, problem),
          [CONNECT, HELLO, COPY_URL, ...(context.tokenRequired === true ? [] : [CREATE_TOKEN])].join(' · '),
          [ACTIVITY, SETTINGS, DIAGNOSTICS, STOP, LOG].join(' · '),
        ),
        ...(color === undefined ? {} : { color }),
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
          `${SERVE_HERE} · ${COPY_URL} · ${SETTINGS} · ${STOP} · ${LOG}`,
        ),
        command,
      };
    }
    case 'failed':
      return {
        text: `$(error) Claude :${status.port}`,
        label: `${PRODUCT}: ${status.taken ? `port ${status.port} is in use` : 'could not start'}`,
        tooltip: tooltipOf(
          `$(error) ${escapeMarkdown(status.message)}`,
          [TRY_AGAIN, ...(status.taken ? [OTHER_PORT] : []), DIAGNOSTICS, LOG].join(' · '),
        ),
        color: 'error',
        command,
      };
  }
}
