/** The tooltip of the status bar item: Markdown with command links, in which text from outside is escaped. Pure. */
import { addressLines } from './addressText.js';
import { COMMANDS, SHORT_NAME } from '../platform/names.js';
import type { PermissionRequest, WorkspacePermissions } from '../../core/permission.js';
import { clientTitle } from '../platform/clientTitle.js';
import { PERMISSION_LABELS } from './permissionLabels.js';
import { problemText } from '../notifications/problemText.js';
import { REMEDY_COMMANDS, remediesFor } from '../notifications/remedies.js';
import { describePlanUsage, describeTotals, formatTime, isPlanExhausted, quantity } from './sessionText.js';
import type { CliReadiness, Status } from '../lifecycle/status.js';
import type { SessionSummary } from './sessionSummary.js';

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

/** @param action what Claude asks for, from the model: `run npm test` */
export function permissionTooltip(action: string): string {
  return tooltipOf(
    `Claude asks for your permission to ${escapeMarkdown(action)}.`,
    `${PERMISSION_REQUEST} · ${ALLOW} · ${DENY}`,
  );
}

/** @param now milliseconds since 1970 */
export function statusTooltip(status: Status, context: StatusContext, now: number): string {
  switch (status.state) {
    case 'stopped':
      return tooltipOf('Stopped.', `${START} · ${SETTINGS} · ${LOG}`);
    case 'starting':
      return tooltipOf(`Starting on port ${status.port}…`, `${STOP} · ${LOG}`);
    case 'running':
      return runningTooltip(status, context, now);
    case 'elsewhere': {
      const folder = status.folder === undefined ? '' : ` (folder: ${escapeMarkdown(status.folder)})`;
      return tooltipOf(
        describeAddresses(status.url, context.addressesOf),
        `Another window is serving this port${folder}. This window takes over when that window stops serving.`,
        ...describeSession(context, now),
        `${SERVE_HERE} · ${COPY_URL} · ${SETTINGS} · ${STOP} · ${LOG}`,
      );
    }
    case 'failed':
      return tooltipOf(
        `$(error) ${escapeMarkdown(status.message)}`,
        [TRY_AGAIN, ...(status.taken ? [OTHER_PORT] : []), DIAGNOSTICS, LOG].join(' · '),
      );
  }
}

function runningTooltip(
  { url, folder, readiness, requests, waiting }: Status & { state: 'running' },
  context: StatusContext,
  now: number,
): string {
  const tokenRequired = context.tokenRequired === true;
  const problem = readiness.kind === 'problem' ? readiness.problem.message : undefined;
  return tooltipOf(
    describeAddresses(url, context.addressesOf),
    describeReadiness(readiness),
    `Folder: ${escapeMarkdown(folder)}`,
    describePermissions(context.permissions),
    tokenRequired ? TOKEN_REQUIRED : undefined,
    describeRequests(requests, waiting),
    ...describeSession(context, now, problem),
    [CONNECT, HELLO, COPY_URL, ...(tokenRequired ? [] : [CREATE_TOKEN])].join(' · '),
    [ACTIVITY, SETTINGS, DIAGNOSTICS, STOP, LOG].join(' · '),
  );
}
