/** The items of the status bar menu in each state. Pure. */
import { COMMANDS } from '../platform/names.js';
import type { Status } from '../lifecycle/status.js';
import { REMEDIES } from '../notifications/remedies.js';

/** A command, or the one step that has no command: choosing another port. */
export type MenuAction =
  { readonly command: string; readonly arguments?: readonly string[] } | { readonly step: 'choosePort' };

export interface MenuItem {
  readonly label: string;
  readonly detail?: string;
  readonly action: MenuAction;
}

const commandItem = (label: string, command: string): MenuItem => ({ label, action: { command } });

const settingsItem = (extensionId: string): MenuItem => ({
  label: '$(gear) Settings',
  action: { command: 'workbench.action.openSettings', arguments: [`@ext:${extensionId}`] },
});

const START = commandItem('$(play) Start', COMMANDS.start);
const STOP = commandItem('$(debug-stop) Stop', COMMANDS.stop);
const RESTART = commandItem('$(debug-restart) Restart', COMMANDS.restart);
const TRY_AGAIN = commandItem('$(refresh) Try Again', COMMANDS.start);
const CONNECT = commandItem('$(plug) Connect a Client…', COMMANDS.connectClient);
const COPY_URL = commandItem('$(copy) Copy Endpoint URL', COMMANDS.copyUrl);
const ACTIVITY = commandItem('$(pulse) Show Activity', COMMANDS.showActivity);
const CHAT = commandItem('$(comment-discussion) Open Chat', COMMANDS.openChat);
const DIAGNOSTICS = commandItem('$(checklist) Run Diagnostics', COMMANDS.runDiagnostics);
const SERVE_HERE = commandItem('$(window) Serve From This Window', COMMANDS.serveHere);
const LOG = commandItem('$(output) Show Log', COMMANDS.showLog);
const WALKTHROUGH = commandItem('$(book) Open Walkthrough', COMMANDS.openWalkthrough);
const SHOW_PROBLEM = commandItem('$(warning) Show the Problem in the Log', COMMANDS.showLog);
const OTHER_PORT: MenuItem = { label: '$(edit) Use Another Port…', action: { step: 'choosePort' } };

/**
 * @param extensionId with the publisher, for the link to the settings
 * @param session the usage of this window as one line; may be empty
 */
export function menuItems(status: Status, extensionId: string, session = ''): MenuItem[] {
  const settings = settingsItem(extensionId);
  const help = [DIAGNOSTICS, LOG, WALKTHROUGH, settings];
  const activity = session === '' ? ACTIVITY : { ...ACTIVITY, detail: session };
  switch (status.state) {
    case 'stopped':
      return [START, CONNECT, COPY_URL, ...help];
    case 'starting':
      return [STOP, LOG, settings];
    case 'running':
      return [...remedyItems(status), CONNECT, CHAT, COPY_URL, activity, STOP, RESTART, ...help];
    case 'elsewhere':
      return [SERVE_HERE, CONNECT, CHAT, COPY_URL, activity, STOP, ...help];
    case 'failed':
      return [TRY_AGAIN, ...(status.taken ? [OTHER_PORT] : []), DIAGNOSTICS, LOG, settings];
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
      return `Running on ${status.url} (folder: ${status.folder})`;
    case 'elsewhere': {
      const folder = status.folder === undefined ? '' : ` (folder: ${status.folder})`;
      return `Another window is serving ${status.url}${folder}`;
    }
    case 'failed':
      return status.message;
  }
}

/** What solves the problem of a server that is running but cannot answer. */
function remedyItems(status: Status & { state: 'running' }): MenuItem[] {
  if (status.readiness.kind !== 'problem') return [];
  const { kind, message } = status.readiness.problem;
  const remedy = REMEDIES[kind];
  const item =
    remedy === undefined ? SHOW_PROBLEM : commandItem(`$(${remedy.icon}) ${remedy.label}`, remedy.command);
  return [{ ...item, detail: message }];
}
