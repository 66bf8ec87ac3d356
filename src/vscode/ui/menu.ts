/** The menu behind the status bar item. */
import { commands, window } from 'vscode';
import { menuItems, menuTitle } from './menuItems.js';
import { PRODUCT } from '../platform/names.js';
import { choosePort } from './notifications.js';
import { describeSession } from './sessionText.js';
import type { Status } from '../lifecycle/status.js';
import type { SessionSummary } from './sessionSummary.js';

/** @param extension the extension's full id */
export async function showMenu(status: Status, extension: string, around: SessionSummary): Promise<void> {
  const chosen = await window.showQuickPick(menuItems(status, extension, describeSession(around)), {
    title: PRODUCT,
    placeHolder: menuTitle(status),
  });
  if (chosen === undefined) return;
  const { action } = chosen;
  if ('command' in action) await commands.executeCommand(action.command, ...(action.arguments ?? []));
  else if (status.state === 'failed') await choosePort(status.port);
}
