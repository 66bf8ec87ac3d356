/** How a status looks in the status bar. Pure: text in, text out. */
import type { ErrorKind } from '../../core/errors.js';
import { addressLines } from './addressText.js';
import { COMMANDS, PRODUCT } from '../platform/names.js';
import { clock, count, describeAllowance, describeTotals, isUsedUp } from './sessionText.js';
import type { CliReadiness, Status } from '../lifecycle/status.js';
import type { SessionSummary } from './sessionSummary.js';

export interface StatusView {
  /** With an icon as the editor writes it: `$(broadcast) Claude :11434`. */
  readonly text: string;
  /** The same for screen readers: without the icon, with what the icon says. */
  readonly label: string;
  /** Markdown with command links; foreign text in it is escaped. */
  readonly tooltip: string;
  /** Only where nothing can be served, or where Claude waits for the person. */
  readonly color?: 'error' | 'warning';
  /** What a click runs. */
  readonly command: string;
}

/** What counts besides the status. */
export interface Circumstances extends Partial<SessionSummary> {
  /** Claude waits for a permission. */
  readonly asks?: boolean;
}

/** The commands that links in the tooltip may run, and no others. */
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
  COMMANDS.installCli,
  COMMANDS.updateCli,
  COMMANDS.signIn,
  COMMANDS.showPermissionRequest,
  'workbench.trust.manage',
];

const link = (title: string, command: string): string => `[${title}](command:${command})`;
const LOG = link('Show log', COMMANDS.showLog);
const START = link('Start', COMMANDS.start);
const STOP = link('Stop', COMMANDS.stop);
const QUESTION = link('Show question', COMMANDS.showPermissionRequest);
const COPY = link('Copy URL', COMMANDS.copyUrl);
const ACTIVITY = link('Activity', COMMANDS.showActivity);
const DIAGNOSE = link('Diagnose', COMMANDS.runDiagnostics);
const CONNECT = link('Connect a client', COMMANDS.connectClient);

const REMEDIES: Readonly<Partial<Record<ErrorKind, string>>> = {
  untrusted: link('Manage trust', 'workbench.trust.manage'),
  cliMissing: link('Install', COMMANDS.installCli),
  cliTooOld: link('Update', COMMANDS.updateCli),
  notSignedIn: link('Sign in', COMMANDS.signIn),
};

/** Foreign text for Markdown: shown as it is, on one line. */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]()#+\-!<>|~$&]/g, '\\$&');
}

const lines = (...parts: (string | undefined)[]): string =>
  [`**${PRODUCT}**`, ...parts.filter((part) => part !== undefined)].join('\n\n');

function describeReadiness(readiness: CliReadiness): string {
  switch (readiness.kind) {
    case 'checking':
      return 'Looking for the Claude CLI…';
    case 'ready': {
      const models = readiness.models === undefined ? '' : ` · ${count(readiness.models, 'model')}`;
      return `Claude Code ${escapeMarkdown(readiness.version)}${models}`;
    }
    case 'problem': {
      const remedy = REMEDIES[readiness.problem.kind];
      return `$(warning) ${escapeMarkdown(readiness.problem.message)}${remedy === undefined ? '' : ` ${remedy}`}`;
    }
  }
}

function describeRequests(all: number, waiting: number): string {
  if (all === 0) return 'No request at work';
  const running = `${count(all - waiting, 'request')} at work`;
  return waiting === 0 ? running : `${running}, ${waiting} waiting`;
}

const whose = ({ folder }: Status & { state: 'elsewhere' }): string =>
  folder === undefined ? 'its own folder' : escapeMarkdown(folder);

const SECURED = `$(lock) Clients must send the token. ${link('Copy token', COMMANDS.copyToken)}`;

/** Where clients reach the server: one address, or in a remote window two. */
function describeAddresses(url: string, addressesOf: SessionSummary['addressesOf'] | undefined): string {
  const addresses = addressesOf?.(url) ?? { inside: url, outside: undefined, remote: undefined };
  const lines = addressLines(addresses).map(
    ({ url, whose }) => `\`${url}\`${whose === '' ? '' : ` ${escapeMarkdown(whose)}`}`,
  );
  return lines.join('\n\n');
}

/** What this window has used, what is left, and what went wrong last. */
function sessionLines({ totals, allowance }: Partial<SessionSummary>, now: number): string[] {
  const left = describeAllowance(allowance, now);
  const error = totals?.lastError;
  return [
    ...(totals === undefined || totals.requests === 0
      ? []
      : [`This session: ${escapeMarkdown(describeTotals(totals))}`]),
    ...(left === '' ? [] : [`${isUsedUp(allowance, now) ? '$(warning) ' : ''}Plan: ${escapeMarkdown(left)}`]),
    ...(error === undefined
      ? []
      : [
          `$(error) ${clock(error.at, now)} ${escapeMarkdown(`${error.client || 'unnamed client'}: ${error.message}`)}`,
        ]),
  ];
}

/**
 * What the status bar shows.
 * @param now milliseconds since 1970
 */
export function viewOf(status: Status, around: Circumstances = {}, now = Date.now()): StatusView {
  const view = plainView(status, around, now);
  if (around.asks !== true) return view;
  return {
    text: '$(question) Claude asks…',
    label: `${PRODUCT}: Claude asks for your permission`,
    tooltip: lines(`Claude asks for your permission. ${QUESTION}`),
    color: 'warning',
    command: COMMANDS.showPermissionRequest,
  };
}

function plainView(status: Status, around: Circumstances, now: number): StatusView {
  const command = COMMANDS.showMenu;
  switch (status.state) {
    case 'stopped':
      return {
        text: '$(circle-slash) Claude off',
        label: `${PRODUCT}: stopped`,
        tooltip: lines('Stopped.', `${START} · ${LOG}`),
        command,
      };
    case 'starting':
      return {
        text: `$(loading~spin) Claude :${status.port}`,
        label: `${PRODUCT}: starting on port ${status.port}`,
        tooltip: lines(`Starting on port ${status.port}…`, `${STOP} · ${LOG}`),
        command,
      };
    case 'running': {
      const problem = status.readiness.kind === 'problem' ? status.readiness.problem : undefined;
      return {
        text: `$(${problem === undefined ? 'broadcast' : 'warning'}) Claude :${status.port}`,
        label:
          `${PRODUCT}: running on port ${status.port}` +
          (problem === undefined ? '' : `, warning: ${problem.message}`),
        tooltip: lines(
          describeAddresses(status.url, around.addressesOf),
          describeReadiness(status.readiness),
          `Folder: ${escapeMarkdown(status.folder)}`,
          around.secured === true ? SECURED : undefined,
          describeRequests(status.requests, status.waiting),
          ...sessionLines(around, now),
          `${CONNECT} · ${COPY} · ${ACTIVITY} · ${DIAGNOSE} · ${STOP} · ${LOG}`,
        ),
        command,
      };
    }
    case 'elsewhere':
      return {
        text: `$(window) Claude :${status.port}`,
        label: `${PRODUCT}: another window serves port ${status.port}`,
        tooltip: lines(
          describeAddresses(status.url, around.addressesOf),
          `Another window serves this port, from ${whose(status)}. This window takes over when that one goes.`,
          ...sessionLines(around, now),
          `${link('Serve from this window', COMMANDS.serveHere)} · ${COPY} · ${STOP} · ${LOG}`,
        ),
        command,
      };
    case 'failed':
      return {
        text: `$(error) Claude :${status.port}`,
        label: `${PRODUCT}: failed. ${status.message}`,
        tooltip: lines(
          `$(error) ${escapeMarkdown(status.message)}`,
          `${link('Try again', COMMANDS.start)} · ${DIAGNOSE} · ${LOG}`,
        ),
        color: 'error',
        command,
      };
  }
}
