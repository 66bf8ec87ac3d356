/** The items of the status bar menu in each state. Pure. */
import { basename } from 'node:path';
import { COMMANDS } from '../platform/names.js';
import type { Status } from '../lifecycle/status.js';
import { problemText } from '../notifications/problemText.js';
import { remediesFor } from '../notifications/remedies.js';
import { PERMISSION_LABELS } from './permissionLabels.js';
import type { SessionSummary } from './sessionSummary.js';
import { describePlanUsage, describeTotals } from './sessionText.js';
import { t } from '../platform/localize.js';

export interface MenuItem {
  readonly label: string;
  /** Short enough for one line of VS Code's list, which cuts longer ones. */
  readonly detail?: string;
  readonly command: string;
}

/** What the menu shows besides the status. */
export type MenuContext = Pick<SessionSummary, 'tokenRequired' | 'planUsage' | 'today' | 'permissions'>;

const item = (label: string, command: string): MenuItem => ({ label, command });

const START = item(`$(play) ${t('Start')}`, COMMANDS.start);
const STOP = item(`$(debug-stop) ${t('Stop')}`, COMMANDS.stop);
const RESTART = item(`$(debug-restart) ${t('Restart')}`, COMMANDS.restart);
const TRY_AGAIN = item(`$(refresh) ${t('Try Again')}`, COMMANDS.start);
const CONNECT = item(`$(plug) ${t('Connect a Client…')}`, COMMANDS.connectClient);
const COPY_URL = item(`$(copy) ${t('Copy Endpoint URL')}`, COMMANDS.copyUrl);
const ACTIVITY = item(`$(pulse) ${t('Show Activity')}`, COMMANDS.showActivity);
const CHAT = item(`$(comment-discussion) ${t('Open Chat')}`, COMMANDS.openChat);
const HELLO = item(`$(comment) ${t('Say Hello')}`, COMMANDS.sayHello);
const CREATE_TOKEN = item(`$(key) ${t('Create Token')}`, COMMANDS.createToken);
const COPY_TOKEN = item(`$(key) ${t('Copy Token')}`, COMMANDS.copyToken);
const REMOVE_TOKEN = item(`$(trash) ${t('Remove Token')}`, COMMANDS.removeToken);
const REFRESH = item(`$(refresh) ${t('Refresh Models')}`, COMMANDS.refreshModels);
const DIAGNOSTICS = item(`$(checklist) ${t('Run Diagnostics')}`, COMMANDS.runDiagnostics);
const SERVE_HERE = item(`$(window) ${t('Serve From This Window')}`, COMMANDS.serveHere);
const LOG = item(`$(output) ${t('Show Log')}`, COMMANDS.showLog);
const WALKTHROUGH = item(`$(book) ${t('Open Walkthrough')}`, COMMANDS.openWalkthrough);
const SETTINGS = item(`$(gear) ${t('Open Settings')}`, COMMANDS.openSettings);
const SHOW_PROBLEM = item(`$(warning) ${t('Show the Problem in the Log')}`, COMMANDS.showLog);
const OTHER_PORT = item(`$(edit) ${t('Use Another Port…')}`, COMMANDS.changePort);

/** @param now milliseconds since 1970 */
export function menuItems(status: Status, context: MenuContext, now = Date.now()): MenuItem[] {
  const help = [DIAGNOSTICS, LOG, WALKTHROUGH, SETTINGS];
  const token = context.tokenRequired ? [COPY_TOKEN, REMOVE_TOKEN] : [CREATE_TOKEN];
  const clients = [CONNECT, CHAT, HELLO, COPY_URL, ...token];
  const permissions = item(
    `$(shield) ${t('Workspace Models: {0}…', PERMISSION_LABELS[context.permissions])}`,
    COMMANDS.choosePermissions,
  );
  switch (status.state) {
    case 'stopped':
      return [START, CONNECT, COPY_URL, ...help];
    case 'starting':
      return [STOP, LOG, SETTINGS];
    case 'running':
      return [
        ...problemItems(status),
        ...clients,
        activityItem(status, context, now),
        permissions,
        REFRESH,
        STOP,
        RESTART,
        ...help,
      ];
    case 'elsewhere':
      return [SERVE_HERE, ...clients, activityItem(status, context, now), permissions, STOP, ...help];
    case 'failed':
      return [TRY_AGAIN, ...(status.taken ? [OTHER_PORT] : []), DIAGNOSTICS, LOG, SETTINGS];
  }
}

/** The state in one line. */
export function menuPlaceholder(status: Status): string {
  switch (status.state) {
    case 'stopped':
      return t('Stopped');
    case 'starting':
      return t('Starting on port {0}…', status.port);
    case 'running':
      return t('Running on port {0}, in the folder {1}', status.port, basename(status.folder));
    case 'elsewhere': {
      const { folder, port } = status;
      return folder === undefined
        ? t('Another window is serving port {0}', port)
        : t('Another window is serving port {0}, in the folder {1}', port, basename(folder));
    }
    case 'failed':
      return status.taken ? t('Port {0} is in use', status.port) : t('The server could not start');
  }
}

/** Who pays, what is left of the plan and what was used today, as far as it is known. */
function activityItem(status: Status, { planUsage, today }: MenuContext, now: number): MenuItem {
  const payer =
    status.state === 'running' && status.readiness.kind === 'ready' ? status.readiness.payer : undefined;
  const plan = describePlanUsage(planUsage, now);
  const detail = [
    ...(payer === undefined ? [] : [t('Paid by {0}', payer)]),
    ...(plan === '' ? [] : [plan]),
    ...(today.requests === 0 ? [] : [t('today {0}', describeTotals(today))]),
  ].join(' · ');
  return detail === '' ? ACTIVITY : { ...ACTIVITY, detail };
}

/** What solves the problem of a server that is running but cannot answer. */
function problemItems({ readiness }: Status & { state: 'running' }): MenuItem[] {
  if (readiness.kind !== 'problem') return [];
  const { problem } = readiness;
  const remedies = remediesFor(problem.kind).map(({ label, icon, command }) =>
    item(`$(${icon}) ${label}`, command),
  );
  const [first = SHOW_PROBLEM, ...others] = remedies;
  return [{ ...first, detail: problemText(problem) }, ...others];
}
