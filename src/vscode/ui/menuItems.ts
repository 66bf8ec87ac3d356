/** What the menu of the status bar item offers in each state. Pure. */
import type { ErrorKind } from '../../core/errors.js';
import { COMMANDS } from '../platform/names.js';
import type { Status } from '../lifecycle/status.js';

/** A command of ours or the editor's, or a step that has no command: choosing another port. */
export type MenuAction =
  { readonly command: string; readonly arguments?: readonly string[] } | { readonly step: 'choosePort' };

export interface MenuItem {
  readonly label: string;
  readonly detail?: string;
  readonly action: MenuAction;
}

const run = (label: string, command: string): MenuItem => ({ label, action: { command } });

const setting = (label: string, query: string): MenuItem => ({
  label,
  action: { command: 'workbench.action.openSettings', arguments: [query] },
});

const START = run('$(play) Start', COMMANDS.start);
const STOP = run('$(debug-stop) Stop', COMMANDS.stop);
const RESTART = run('$(debug-restart) Restart', COMMANDS.restart);
const CONNECT = run('$(plug) Connect a Client…', COMMANDS.connectClient);
const COPY = run('$(copy) Copy Endpoint URL', COMMANDS.copyUrl);
const ACTIVITY = run('$(pulse) Show Activity', COMMANDS.showActivity);
const CHAT = run('$(comment-discussion) Open Chat', COMMANDS.openChat);
const DIAGNOSE = run('$(checklist) Diagnose', COMMANDS.runDiagnostics);
const HERE = run('$(window) Serve From This Window', COMMANDS.serveHere);
const LOG = run('$(output) Show Log', COMMANDS.showLog);
const WALKTHROUGH = run('$(book) Open Walkthrough', COMMANDS.openWalkthrough);
const PORT: MenuItem = { label: '$(edit) Use Another Port…', action: { step: 'choosePort' } };

const withDetail = (detail: string): { detail?: string } => (detail === '' ? {} : { detail });

/**
 * @param extension the extension's full id, for its page of settings
 * @param session what this window has used, and what is left to it; may be empty
 */
export function menuItems(status: Status, extension: string, session = ''): MenuItem[] {
  const settings = setting('$(gear) Settings', `@ext:${extension}`);
  const help = [DIAGNOSE, LOG, WALKTHROUGH, settings];
  switch (status.state) {
    case 'stopped':
      return [START, CONNECT, COPY, ...help];
    case 'starting':
      return [STOP, LOG, settings];
    case 'running':
      return [
        ...remedies(status),
        CONNECT,
        CHAT,
        COPY,
        { ...ACTIVITY, ...withDetail(session) },
        STOP,
        RESTART,
        ...help,
      ];
    case 'elsewhere':
      return [HERE, CONNECT, CHAT, COPY, { ...ACTIVITY, ...withDetail(session) }, STOP, ...help];
    case 'failed': {
      const again = run('$(refresh) Try Again', COMMANDS.start);
      return status.taken ? [again, PORT, DIAGNOSE, LOG, settings] : [again, DIAGNOSE, LOG, settings];
    }
  }
}

/** One line over the menu: what the state is. */
export function menuTitle(status: Status): string {
  switch (status.state) {
    case 'stopped':
      return 'Stopped';
    case 'starting':
      return `Starting on port ${status.port}…`;
    case 'running':
      return `Running on ${status.url}, from ${status.folder}`;
    case 'elsewhere':
      return `Another window serves ${status.url}${status.folder === undefined ? '' : `, from ${status.folder}`}`;
    case 'failed':
      return status.message;
  }
}

/** A running server that cannot answer: why, and what helps. */
function remedies(status: Status & { state: 'running' }): MenuItem[] {
  if (status.readiness.kind !== 'problem') return [];
  const { kind, message } = status.readiness.problem;
  const remedy = REMEDIES[kind] ?? run('$(warning) Show What Is Wrong', COMMANDS.showLog);
  return [{ ...remedy, detail: message }];
}

const REMEDIES: Readonly<Partial<Record<ErrorKind, MenuItem>>> = {
  untrusted: run('$(shield) Manage Workspace Trust', 'workbench.trust.manage'),
  notSignedIn: run('$(account) Sign In to Claude', COMMANDS.signIn),
  cliMissing: run('$(cloud-download) Install the Claude CLI…', COMMANDS.installCli),
  cliTooOld: run('$(cloud-download) Update the Claude CLI', COMMANDS.updateCli),
};
