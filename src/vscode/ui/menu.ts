/** The menu of the status bar item, and the switch of the workspace models' permissions. */
import { commands, ConfigurationTarget, window, workspace } from 'vscode';
import { WORKSPACE_PERMISSIONS, type WorkspacePermissions } from '../../core/permission.js';
import { menuItems, menuPlaceholder } from './menuItems.js';
import { PRODUCT, SECTION } from '../platform/names.js';
import type { Status } from '../lifecycle/status.js';
import { PERMISSION_DETAILS, PERMISSION_LABELS } from './permissionLabels.js';
import type { SessionSummary } from './sessionSummary.js';
import { t } from '../platform/localize.js';

export async function showMenu(status: Status, session: SessionSummary): Promise<void> {
  const chosen = await window.showQuickPick(menuItems(status, session), {
    title: PRODUCT,
    placeHolder: menuPlaceholder(status),
  });
  if (chosen !== undefined) await commands.executeCommand(chosen.command);
}

/** Asks what workspace models may do, and stores it in the user's settings. */
export async function choosePermissions(current: WorkspacePermissions): Promise<void> {
  const items = WORKSPACE_PERMISSIONS.map((permissions) => ({
    label: PERMISSION_LABELS[permissions],
    description: permissions === current ? '(current)' : '',
    detail: PERMISSION_DETAILS[permissions],
    permissions,
  }));
  const chosen = await window.showQuickPick(items, {
    title: t('{0}: Permissions of Workspace Models', PRODUCT),
    placeHolder: t('What may Claude do in the open folder?'),
  });
  if (chosen === undefined) return;
  await workspace
    .getConfiguration(SECTION)
    .update('workspace.permissions', chosen.permissions, ConfigurationTarget.Global);
}
