/** The menu of the status bar item. */
import { commands, window } from 'vscode';
import { menuItems, menuPlaceholder } from './menuItems.js';
import { PRODUCT } from '../platform/names.js';
import { choosePort } from '../notifications/notifications.js';
import { describeSession } from './sessionText.js';
import type { Status } from '../lifecycle/status.js';
import type { SessionSummary } from './sessionSummary.js';

/** @param extensionId with the publisher, as VS Code's settings search expects it */
export async function showMenu(status: Status, extensionId: string, session: SessionSummary): Promise<void> {
  const chosen = await window.showQuickPick(menuItems(status, extensionId, describeSession(session)), {
    title: PRODUCT,
    placeHolder: menuPlaceholder(status),
  });
  if (chosen === undefined) return;
  const { action } = chosen;
  if ('command' in action) await commands.executeCommand(action.command, ...(action.arguments ?? []));
  else if (status.state === 'failed') await choosePort(status.port);
}
