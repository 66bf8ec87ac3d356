/** How users see the permissions of workspace models: as in the settings. Pure. */
import type { WorkspacePermissions } from '../../core/permission.js';
import { t } from '../platform/localize.js';

export const PERMISSION_LABELS: Readonly<Record<WorkspacePermissions, string>> = {
  readOnly: t('Read Only'),
  ask: t('Ask'),
  acceptEdits: t('Accept Edits'),
};

export const PERMISSION_DETAILS: Readonly<Record<WorkspacePermissions, string>> = {
  readOnly: t('Claude may read and search files in the folder.'),
  ask: t('Claude asks before it edits files or runs commands.'),
  acceptEdits: t('Claude edits files without asking, and asks before it runs commands.'),
};
