import type { LogOutputChannel } from 'vscode';
import type { CommandTable } from '../platform/names.js';
import { serveHere, type HandoverOptions } from './handover.js';
import { showMenu } from './menu.js';
import type { SessionSummaryWatch } from './sessionSummary.js';

export interface UiCommandOptions extends HandoverOptions {
  readonly output: Pick<LogOutputChannel, 'show'>;
  readonly session: Pick<SessionSummaryWatch, 'current'>;
  /** The extension's full id. */
  readonly extensionId: string;
}

/** The commands of the status bar's menu. */
export const uiCommands = (
  options: UiCommandOptions,
): CommandTable<'serveHere' | 'showLog' | 'showMenu'> => ({
  serveHere: () => serveHere(options),
  showLog: () => options.output.show(true),
  showMenu: () => showMenu(options.controller.status, options.extensionId, options.session.current),
});
