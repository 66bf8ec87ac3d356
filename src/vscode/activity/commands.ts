/** What a person can do with the requests in the Activity view. */
import { commands, env, window, type LogOutputChannel } from 'vscode';
import { ACTIVITY_VIEW, type CommandTable } from '../platform/names.js';
import { revealInLog } from '../platform/output.js';
import type { History, HistoryEntry } from './history.js';
import { copyText } from './rows.js';

/** The commands on requests, for the table of all. The editor gives the row that they were chosen on. */
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
      window.setStatusBarMessage('Copied the details of the request', 3000);
    },
  };
}
