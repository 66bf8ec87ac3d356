import { commands, env, type LogOutputChannel } from 'vscode';
import { ACTIVITY_VIEW, type CommandTable } from '../platform/names.js';
import { revealInLog } from '../platform/output.js';
import { showCopied } from '../notifications/notifications.js';
import type { History, HistoryEntry } from './history.js';
import { copyText } from './rows.js';

/** The commands of the Activity view. VS Code passes the entry of the row from whose menu a command was chosen. */
export function activityCommands(
  history: History,
  output: LogOutputChannel,
): CommandTable<'showActivity' | 'clearActivity' | 'cancelRequest' | 'showRequestInLog' | 'copyRequest'> {
  return {
    showActivity: async () => void (await commands.executeCommand(`${ACTIVITY_VIEW}.focus`)),
    clearActivity: () => history.clear(),
    cancelRequest: ({ key }: HistoryEntry) => history.cancel(key),
    showRequestInLog: ({ label }: HistoryEntry) => revealInLog(output, label),
    async copyRequest(entry: HistoryEntry) {
      await env.clipboard.writeText(copyText(entry));
      showCopied('the request details');
    },
  };
}
