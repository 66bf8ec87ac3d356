/** Permissions of the workspace lane: what Claude may do, and the question to the user about the rest. */
import type { JsonObject } from './json.js';

/**
 * What Claude may do in the workspace lane. `readOnly`: read files; everything else is denied. `ask`: read files; the
 * user is asked for everything else. `acceptEdits`: as `ask`, but edits in the open folders are not asked for.
 */
export const WORKSPACE_PERMISSIONS = ['readOnly', 'ask', 'acceptEdits'] as const;
export type WorkspacePermissions = (typeof WORKSPACE_PERMISSIONS)[number];

/** A tool call that needs the user's permission. */
export interface PermissionRequest {
  /** The CLI's name of the tool: `Edit`, `Write`, `Bash`, … */
  readonly tool: string;
  readonly input: JsonObject;
  /** The working directory, absolute. */
  readonly folder: string;
  /** The catalog's model value, to be shown to the user. */
  readonly model: string;
  /** The client's name, to be shown to the user. */
  readonly client?: string;
  /** The label of the chat in the log, such as `#7`. */
  readonly label?: string;
  /** Why the user must be asked every time. Then permission for the whole conversation is not offered. */
  readonly sensitive?: Sensitivity;
}

/**
 * `outside`: a path outside the open folders. `settings`: a settings file of Claude or of the editor. `git`: one of Git's
 * own files. `unsaved`: an edit of a file that has unsaved changes in an editor.
 */
export type Sensitivity = 'outside' | 'settings' | 'git' | 'unsaved';

/**
 * `once`: this call only. `conversation`: this tool (for a command: exactly this command) until the conversation ends.
 */
export type PermissionAnswer = 'once' | 'conversation' | 'deny';

/**
 * Asks the user. Aborting the signal withdraws the question.
 * Never rejects. Without an answer in time, the result is `deny`.
 */
export type AskPermission = (request: PermissionRequest, signal: AbortSignal) => Promise<PermissionAnswer>;
