/** The tooltip of the status bar item: Markdown with command links, in which text from outside is escaped. Pure. */
import { addressLines } from './addressText.js';
import { COMMANDS, SHORT_NAME } from '../platform/names.js';
import type { PermissionRequest, WorkspacePermissions } from '../../core/permission.js';
import { clientTitle } from '../platform/clientTitle.js';
import { PERMISSION_LABELS } from './permissionLabels.js';
import { problemText } from '../notifications/problemText.js';
import { REMEDY_COMMANDS, remediesFor } from '../notifications/remedies.js';
import { describePlanUsage, describeTotals, formatTime, isPlanExhausted } from './sessionText.js';
import type { CliReadiness, Status } from '../lifecycle/status.js';
import type { SessionSummary } from './sessionSummary.js';
import { t } from '../platform/localize.js';

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
const LOG = link(t('Show log'), COMMANDS.showLog);
const START = link(t('Start'), COMMANDS.start);
const STOP = link(t('Stop'), COMMANDS.stop);
const TRY_AGAIN = link(t('Try again'), COMMANDS.start);
const PERMISSION_REQUEST = link(t('Show permission request'), COMMANDS.showPermissionRequest);
const ALLOW = link(t('Allow'), COMMANDS.allow);
const DENY = link(t('Deny'), COMMANDS.deny);
const COPY_URL = link(t('Copy URL'), COMMANDS.copyUrl);
const COPY_TOKEN = link(t('Copy token'), COMMANDS.copyToken);
const ACTIVITY = link(t('Activity'), COMMANDS.showActivity);
const DIAGNOSTICS = link(t('Run diagnostics'), COMMANDS.runDiagnostics);
const CONNECT = link(t('Connect a client'), COMMANDS.connectClient);
const CREATE_TOKEN = link(t('Create token'), COMMANDS.createToken);
const HELLO = link(t('Say hello'), COMMANDS.sayHello);
const SETTINGS = link(t('Settings'), COMMANDS.openSettings);
const OTHER_PORT = link(t('Use another port'), COMMANDS.changePort);
const CHANGE_PERMISSIONS = link(t('Change'), COMMANDS.choosePermissions);
const SERVE_HERE = link(t('Serve from this window'), COMMANDS.serveHere);

const TOKEN_REQUIRED = `$(lock) ${t('Clients must send the token.')} ${COPY_TOKEN}`;

/** Escapes text from outside for Markdown and joins its lines. */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]()#+\-!<>|~$&]/g, '\\$&');
}

const tooltipOf = (...paragraphs: (string | undefined)[]): string =>
  [`**${SHORT_NAME}**`, ...paragraphs.filter((paragraph) => paragraph !== undefined)].join('\n\n');

function describeReadiness(readiness: CliReadiness): string {
  switch (readiness.kind) {
    case 'checking':
      return t('Looking for the Claude CLI…');
    case 'ready': {
      const models =
        readiness.models === undefined
          ? ''
          : ` · ${readiness.models === 1 ? t('1 model') : t('{0} models', readiness.models)}`;
      const payer =
        readiness.payer === undefined ? '' : ` · ${t('paid by {0}', escapeMarkdown(readiness.payer))}`;
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
    : `${t('Workspace models: {0}', PERMISSION_LABELS[permissions])} · ${CHANGE_PERMISSIONS}`;

/** @param total requests that have no complete reply yet, including the queued ones */
function describeRequests(total: number, queued: number): string {
  if (total === 0) return t('Idle');
  const active = total - queued === 1 ? t('1 active request') : t('{0} active requests', total - queued);
  return queued === 0 ? active : `${active}, ${t('{0} queued', queued)}`;
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
    paragraphs.push(`${icon}${t('Plan: {0}', escapeMarkdown(remaining))}`);
  }
  if (today !== undefined && today.requests > 0) {
    paragraphs.push(t('Today: {0}', escapeMarkdown(describeTotals(today))));
  }
  const error = totals?.lastError;
  if (error !== undefined && error.message !== shown) {
    const client = clientTitle(error.client) || t('unnamed client');
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
    t('Claude asks for your permission to {0}.', escapeMarkdown(action)),
    `${PERMISSION_REQUEST} · ${ALLOW} · ${DENY}`,
  );
}

/** @param now milliseconds since 1970 */
export function statusTooltip(status: Status, context: StatusContext, now: number): string {
  switch (status.state) {
    case 'stopped':
      return tooltipOf(t('Stopped.'), `${START} · ${SETTINGS} · ${LOG}`);
    case 'starting':
      return tooltipOf(t('Starting on port {0}…', status.port), `${STOP} · ${LOG}`);
    case 'running':
      return runningTooltip(status, context, now);
    case 'elsewhere': {
      const owner =
        status.folder === undefined
          ? t('Another window is serving this port.')
          : t('Another window is serving this port (folder: {0}).', escapeMarkdown(status.folder));
      return tooltipOf(
        describeAddresses(status.url, context.addressesOf),
        `${owner} ${t('This window takes over when that window stops serving.')}`,
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
    t('Folder: {0}', escapeMarkdown(folder)),
    describePermissions(context.permissions),
    tokenRequired ? TOKEN_REQUIRED : undefined,
    describeRequests(requests, waiting),
    ...describeSession(context, now, problem),
    [CONNECT, HELLO, COPY_URL, ...(tokenRequired ? [] : [CREATE_TOKEN])].join(' · '),
    [ACTIVITY, SETTINGS, DIAGNOSTICS, STOP, LOG].join(' · '),
  );
}
