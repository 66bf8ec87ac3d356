import type { LogOutputChannel } from 'vscode';
import type { CommandTable } from '../platform/names.js';
import { showMenu } from './menu.js';
import { serveHere, type HandoverOptions } from './portHandover.js';
import type { SessionSummaryWatch } from './sessionSummary.js';

export interface UiCommandOptions extends HandoverOptions {
  readonly output: Pick<LogOutputChannel, 'show'>;
  readonly session: Pick<SessionSummaryWatch, 'current'>;
  /** With the publisher. */
  readonly extensionId: string;
}

export const uiCommands = (
  options: UiCommandOptions,
): CommandTable<'serveHere' | 'showLog' | 'showMenu'> => ({
  serveHere: () => serveHere(options),
  showLog: () => options.output.show(true),
  showMenu: () => showMenu(options.controller.status, options.extensionId, options.session.current),
});
