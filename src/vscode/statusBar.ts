/** The status bar item: applies the view of a status. */
import { MarkdownString, StatusBarAlignment, ThemeColor, window, type Disposable } from 'vscode';
import { COMMANDS, PRODUCT } from './names.js';
import type { Status } from './status.js';
import { TOOLTIP_COMMANDS, viewOf } from './statusView.js';
import type { Surroundings } from './surroundings.js';

export interface StatusBar extends Disposable {
  show(status: Status, around: Surroundings): void;
}

/** Left of the editor's own items, right of most extensions'. */
const PRIORITY = 20;

export function createStatusBar(): StatusBar {
  const item = window.createStatusBarItem('status', StatusBarAlignment.Right, PRIORITY);
  item.name = PRODUCT;
  item.command = COMMANDS.showMenu;
  let shown = '';
  return {
    show(status, around) {
      const view = viewOf(status, around);
      // A tooltip that is set again closes under the person's eyes, although it says the same.
      if (JSON.stringify(view) === shown) return;
      shown = JSON.stringify(view);
      const tooltip = new MarkdownString(view.tooltip, true);
      tooltip.isTrusted = { enabledCommands: TOOLTIP_COMMANDS };
      item.text = view.text;
      item.tooltip = tooltip;
      item.accessibilityInformation = { label: view.label, role: 'button' };
      item.backgroundColor = view.error ? new ThemeColor('statusBarItem.errorBackground') : undefined;
      item.show();
    },
    dispose: () => item.dispose(),
  };
}
