import { commands, env, type LogOutputChannel } from 'vscode';
import { choosePort, showStatusMessage } from '../notifications/notifications.js';
import type { Controller } from '../lifecycle/controller.js';
import type { CommandTable } from '../platform/names.js';
import { choosePermissions, showMenu } from './menu.js';
import { serveHere, type HandoverOptions } from './portHandover.js';
import type { SessionSummaryWatch } from './sessionSummary.js';
import { t } from '../platform/localize.js';

const MESSAGE_MS = 3_000;

export interface UiCommandOptions extends HandoverOptions {
  readonly controller: HandoverOptions['controller'] & Pick<Controller, 'refreshModels'>;
  readonly output: Pick<LogOutputChannel, 'show'>;
  readonly session: Pick<SessionSummaryWatch, 'current'>;
  /** With the publisher. */
  readonly extensionId: string;
}

type UiCommandName =
  | 'refreshModels'
  | 'serveHere'
  | 'showLog'
  | 'showMenu'
  | 'openSettings'
  | 'changePort'
  | 'choosePermissions';

export const uiCommands = (options: UiCommandOptions): CommandTable<UiCommandName> => ({
  refreshModels() {
    options.controller.refreshModels();
    showStatusMessage(t('Reading the list of models again'), MESSAGE_MS);
  },
  serveHere: () => serveHere(options),
  showLog: () => options.output.show(true),
  showMenu: () => showMenu(options.controller.status, options.session.current),
  openSettings: () => openSettings(`@ext:${options.extensionId}`),
  changePort: () => choosePort(options.configuration.current.port),
  choosePermissions: () => choosePermissions(options.configuration.current['workspace.permissions']),
});

/**
 * In a remote window most settings of this extension belong to the remote machine, whose tab VS Code opens with another
 * command.
 */
async function openSettings(query: string): Promise<void> {
  if (env.remoteName === undefined) await commands.executeCommand('workbench.action.openSettings', query);
  else await commands.executeCommand('workbench.action.openRemoteSettings', { query });
}
