/** The items of the status bar menu in each state. Pure. */
import { basename } from 'node:path';
import { COMMANDS } from '../platform/names.js';
import type { Status } from '../lifecycle/status.js';
import { problemText } from '../notifications/problemText.js';
import { remediesFor } from '../notifications/remedies.js';
import { PERMISSION_LABELS } from './permissionLabels.js';
import type { SessionSummary } from './sessionSummary.js';
import { describePlanUsage, describeTotals } from './sessionText.js';

export interface MenuItem {
  readonly label: string;
  /** Short enough for one line of VS Code's list, which cuts longer ones. */
  readonly detail?: string;
  readonly command: string;
}

/** What the menu shows besides the status. */
export type MenuContext = Pick<SessionSummary, 'tokenRequired' | 'planUsage' | 'today' | 'permissions'>;

const item = (label: string, command: string): MenuItem => ({ label, command });

const START = item('$(play) Start', COMMANDS.start);
const STOP = item('$(debug-stop) Stop', COMMANDS.stop);
const RESTART = item('$(debug-restart) Restart', COMMANDS.restart);
const TRY_AGAIN = item('$(refresh) Try Again', COMMANDS.start);
const CONNECT = item('$(plug) Connect a Client…', COMMANDS.connectClient);
const COPY_URL = item('$(copy) Copy Endpoint URL', COMMANDS.copyUrl);
const ACTIVITY = item('$(pulse) Show Activity', COMMANDS.showActivity);
const CHAT = item('$(comment-discussion) Open Chat', COMMANDS.openChat);
const HELLO = item('$(comment) Say Hello', COMMANDS.sayHello);
const CREATE_TOKEN = item('$(key) Create Token', COMMANDS.createToken);
const COPY_TOKEN = item('$(key) Copy Token', COMMANDS.copyToken);
const REMOVE_TOKEN = item('$(trash) Remove Token', COMMANDS.removeToken);
const REFRESH = item('$(refresh) Refresh Models', COMMANDS.refreshModels);
const DIAGNOSTICS = item('$(checklist) Run Diagnostics', COMMANDS.runDiagnostics);
const SERVE_HERE = item('$(window) Serve From This Window', COMMANDS.serveHere);
const LOG = item('$(output) Show Log', COMMANDS.showLog);
const WALKTHROUGH = item('$(book) Open Walkthrough', COMMANDS.openWalkthrough);
const SETTINGS = item('$(gear) Open Settings', COMMANDS.openSettings);
const SHOW_PROBLEM = item('$(warning) Show the Problem in the Log', COMMANDS.showLog);
const OTHER_PORT = item('$(edit) Use Another Port…', COMMANDS.changePort);

/** @param now milliseconds since 1970 */
export function menuItems(status: Status, context: MenuContext, now = Date.now()): MenuItem[] {
  const help = [DIAGNOSTICS, LOG, WALKTHROUGH, SETTINGS];
  const token = context.tokenRequired ? [COPY_TOKEN, REMOVE_TOKEN] : [CREATE_TOKEN];
  const clients = [CONNECT, CHAT, HELLO, COPY_URL, ...token];
  const permissions = item(
    `$(shield) Workspace Models: ${PERMISSION_LABELS[context.permissions]}…`,
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
      return 'Stopped';
    case 'starting':
      return `Starting on port ${status.port}…`;
    case 'running':
      return `Running on port ${status.port}, in the folder ${basename(status.folder)}`;
    case 'elsewhere': {
      const { folder, port } = status;
      return folder === undefined
        ? `Another window is serving port ${port}`
        : `Another window is serving port ${port}, in the folder ${basename(folder)}`;
    }
    case 'failed':
      return status.taken ? `Port ${status.port} is in use` : 'The server could not start';
  }
}

/** Who pays, what is left of the plan and what was used today, as far as it is known. */
function activityItem(status: Status, { planUsage, today }: MenuContext, now: number): MenuItem {
  const payer =
    status.state === 'running' && status.readiness.kind === 'ready' ? status.readiness.payer : undefined;
  const plan = describePlanUsage(planUsage, now);
  const detail = [
    ...(payer === undefined ? [] : [`Paid by ${payer}`]),
    ...(plan === '' ? [] : [plan]),
    ...(today.requests === 0 ? [] : [`today ${describeTotals(today)}`]),
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
