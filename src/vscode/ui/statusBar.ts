/** The status bar item: applies the view of a status. */
import { MarkdownString, StatusBarAlignment, ThemeColor, window, type Disposable } from 'vscode';
import { PRODUCT } from '../platform/names.js';
import type { Status } from '../lifecycle/status.js';
import { TOOLTIP_COMMANDS, viewOf, type Circumstances } from './statusView.js';

export interface StatusBar extends Disposable {
  show(status: Status, circumstances: Circumstances): void;
}

/** Left of the editor's own items, right of most extensions'. */
const PRIORITY = 20;

export function createStatusBar(): StatusBar {
  const item = window.createStatusBarItem('status', StatusBarAlignment.Right, PRIORITY);
  item.name = PRODUCT;
  let shown = '';
  return {
    show(status, circumstances) {
      const view = viewOf(status, circumstances);
      // A tooltip that is set again closes under the person's eyes, although it says the same.
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
