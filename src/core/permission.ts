/** What Claude wants to do in the workspace lane and may not do without the person. */
import type { JsonObject } from './json.js';

/**
 * What Claude may do in the workspace lane. `readOnly`: read files; everything else is denied. `ask`: read files; the
 * user is asked for everything else. `acceptEdits`: as `ask`, but edits in the open folders are not asked for.
 */
export const WORKSPACE_PERMISSIONS = ['readOnly', 'ask', 'acceptEdits'] as const;
export type WorkspacePermissions = (typeof WORKSPACE_PERMISSIONS)[number];

export interface PermissionRequest {
  /** The CLI's name of the tool: `Edit`, `Write`, `Bash`, … */
  readonly tool: string;
  readonly input: JsonObject;
  /** The folder that Claude works in, absolute. */
  readonly folder: string;
  /** The catalog's model value, and who asks, for people. */
  readonly model: string;
  readonly client?: string;
  /** Why this must be asked each time, where it must: a grant for the conversation is not offered then. */
  readonly sensitive?: Sensitivity;
}

/** `unsaved`: an edit of a file of which an editor holds changes that are not on the disk. */
export type Sensitivity = 'outside' | 'settings' | 'git' | 'unsaved';

/** `conversation`: this tool (for a command: this very command) need not be asked again in this conversation. */
export type PermissionAnswer = 'once' | 'conversation' | 'deny';

/**
 * Asks the person. Aborting means that the answer is no longer wanted: the question disappears.
 * Never rejects; no answer in time is `deny`.
 */
export type AskPermission = (request: PermissionRequest, signal: AbortSignal) => Promise<PermissionAnswer>;
