/** The menu behind the status bar item. */
import { commands, window } from 'vscode';
import { menuItems, menuTitle } from './menuItems.js';
import { PRODUCT } from './names.js';
import { choosePort } from './notifications.js';
import type { Status } from './status.js';

/** @param extension the extension's full id */
export async function showMenu(status: Status, extension: string): Promise<void> {
  const chosen = await window.showQuickPick(menuItems(status, extension), {
    title: PRODUCT,
    placeHolder: menuTitle(status),
  });
  if (chosen === undefined) return;
  const { action } = chosen;
  if ('command' in action) await commands.executeCommand(action.command, ...(action.arguments ?? []));
  else if (status.state === 'failed') await choosePort(status.port);
}
