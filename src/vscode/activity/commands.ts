import { commands, env, window, type LogOutputChannel } from 'vscode';
import { ACTIVITY_VIEW, PRODUCT, type CommandTable } from '../platform/names.js';
import { revealInLog } from '../platform/output.js';
import { showCopied } from '../notifications/notifications.js';
import { activityFilters } from './filter.js';
import type { History, HistoryEntry } from './history.js';
import { copyText } from './rows.js';
import type { ActivityView } from './view.js';
import { t } from '../platform/localize.js';

export interface ActivityCommandOptions {
  readonly history: History;
  readonly view: Pick<ActivityView, 'focusedEntry' | 'filter'>;
  readonly output: LogOutputChannel;
}

type ActivityCommandName =
  'showActivity' | 'clearActivity' | 'filterActivity' | 'cancelRequest' | 'showRequestInLog' | 'copyRequest';

/**
 * The commands of the Activity view. VS Code passes the entry of the row from whose menu a command was chosen, and nothing
 * for a key: then the command is for the row that has the focus.
 */
export function activityCommands({
  history,
  view,
  output,
}: ActivityCommandOptions): CommandTable<ActivityCommandName> {
  return {
    showActivity: async () => void (await commands.executeCommand(`${ACTIVITY_VIEW}.focus`)),
    clearActivity: () => history.clear(),
    async filterActivity() {
      const all = { label: t('All requests'), filter: undefined };
      const others = activityFilters(history.entries).map((filter) => ({
        label: filter.label.charAt(0).toUpperCase() + filter.label.slice(1),
        filter,
      }));
      const chosen = await window.showQuickPick([all, ...others], {
        title: t('{0}: Activity', PRODUCT),
        placeHolder: t('Which requests do you want to see?'),
      });
      if (chosen !== undefined) view.filter(chosen.filter);
    },
    async cancelRequest(clicked?: HistoryEntry) {
      const entry = clicked ?? (await view.focusedEntry());
      if (entry !== undefined) history.cancel(entry.key);
    },
    showRequestInLog: ({ label }: HistoryEntry) => revealInLog(output, label),
    async copyRequest(entry: HistoryEntry) {
      await env.clipboard.writeText(copyText(entry));
      showCopied(t('Copied the request details'));
    },
  };
}
