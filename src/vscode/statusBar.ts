/** The status bar item: applies the view of a status. */
import { MarkdownString, StatusBarAlignment, ThemeColor, window, type Disposable } from 'vscode';
import { COMMANDS, PRODUCT } from './names.js';
import type { Status } from './status.js';
import { TOOLTIP_COMMANDS, viewOf } from './statusView.js';

export interface StatusBar extends Disposable {
  /** @param secured whether clients must send a token */
  show(status: Status, secured: boolean): void;
}

/** Left of the editor's own items, right of most extensions'. */
const PRIORITY = 20;

export function createStatusBar(): StatusBar {
  const item = window.createStatusBarItem('status', StatusBarAlignment.Right, PRIORITY);
  item.name = PRODUCT;
  item.command = COMMANDS.showMenu;
  return {
    show(status, secured) {
      const view = viewOf(status, secured);
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
