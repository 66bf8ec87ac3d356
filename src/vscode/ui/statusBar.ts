/** The status bar item. */
import { MarkdownString, StatusBarAlignment, ThemeColor, window, type Disposable } from 'vscode';
import { PRODUCT } from '../platform/names.js';
import type { Status } from '../lifecycle/status.js';
import { TOOLTIP_COMMANDS, type StatusContext } from './statusTooltip.js';
import { statusView } from './statusView.js';

export interface StatusBar extends Disposable {
  show(status: Status, context: StatusContext): void;
}

/** Left of VS Code's own items, right of the items of most extensions. */
const PRIORITY = 20;

export function createStatusBar(): StatusBar {
  const item = window.createStatusBarItem('status', StatusBarAlignment.Right, PRIORITY);
  item.name = PRODUCT;
  let shown = '';
  return {
    show(status, context) {
      const view = statusView(status, context);
      // VS Code closes an open tooltip when it is set again, even to the same text.
      if (JSON.stringify(view) === shown) return;
      shown = JSON.stringify(view);
      const tooltip = new MarkdownString(view.tooltip, true);
      tooltip.isTrusted = { enabledCommands: TOOLTIP_COMMANDS };
      item.text = view.text;
      item.tooltip = tooltip;
      item.accessibilityInformation = { label: view.label, role: 'button' };
      item.backgroundColor =
        view.color === undefined ? undefined : new ThemeColor(`statusBarItem.${view.color}Background`);
      item.command = view.command;
      item.show();
    },
    dispose: () => item.dispose(),
  };
}
