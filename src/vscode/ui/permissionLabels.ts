/** How users see the permissions of workspace models: as in the settings. Pure. */
import type { WorkspacePermissions } from '../../core/permission.js';

export const PERMISSION_LABELS: Readonly<Record<WorkspacePermissions, string>> = {
  readOnly: 'Read Only',
  ask: 'Ask',
  acceptEdits: 'Accept Edits',
};

export const PERMISSION_DETAILS: Readonly<Record<WorkspacePermissions, string>> = {
  readOnly: 'Claude may read and search files in the folder.',
  ask: 'Claude asks before it edits files or runs commands.',
  acceptEdits: 'Claude edits files without asking, and asks before it runs commands.',
};
