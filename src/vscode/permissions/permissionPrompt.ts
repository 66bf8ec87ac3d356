/** Shows a permission request as a notification, with a preview editor beside it when there is more to see. */
import { commands } from 'vscode';
import type { PermissionAnswer, PermissionRequest } from '../../core/permission.js';
import { showPermissionRequest, showStatusMessage } from '../notifications/notifications.js';
import { readTargetFile, unsavedDocument } from './openFiles.js';
import { mayRead, permissionText, targetPath, type TargetFile } from './permissionText.js';
import type { PreviewEditors } from './previewEditors.js';

export interface PermissionPromptOptions {
  readonly previews: PreviewEditors;
  /** After which the request is denied. */
  readonly timeoutMinutes: number;
  /** Aborted once the request is settled; later answers are ignored. */
  readonly closed: AbortSignal;
}

/** A file that is not read for the preview. */
const UNREAD: TargetFile = { exists: true, unsaved: false };

/** VS Code cannot withdraw a notification, only hide it. The notification center still lists it. */
const hideNotifications = (): void => void commands.executeCommand('notifications.hideToasts');

/** Resolves to the answer, or to `undefined` when the user closed the notification or answered too late. */
export async function showPermissionPrompt(
  request: PermissionRequest,
  options: PermissionPromptOptions,
): Promise<PermissionAnswer | undefined> {
  const { previews, timeoutMinutes, closed } = options;
  const target = targetPath(request);
  const path = target !== undefined && mayRead(request.folder, target) ? target : undefined;
  const unread = target === undefined ? undefined : UNREAD;
  const file = path === undefined ? unread : await readTargetFile(path);
  const { message, choices, preview } = permissionText(request, timeoutMinutes, file);
  if (closed.aborted) return undefined;
  if (preview !== undefined) await previews.show(preview, closed);
  closed.addEventListener('abort', hideNotifications, { once: true });
  const title = await showPermissionRequest(
    message,
    choices.map((choice) => choice.title),
  );
  closed.removeEventListener('abort', hideNotifications);
  const choice = choices.find((candidate) => candidate.title === title);
  if (choice === undefined) return undefined;
  if (closed.aborted) {
    showStatusMessage('Claude is no longer waiting for this answer', 5000);
    return undefined;
  }
  if (path === undefined || choice.answer === 'deny') return choice.answer;
  const unsaved = await unsavedDocument(path);
  if (unsaved === undefined) return choice.answer;
  // The file was edited after the request was shown, so the user has not seen what would be overwritten: ask again.
  if (choice.save !== true) return showPermissionPrompt(request, options);
  // When saving fails, VS Code shows the reason, and the request stays open.
  return (await unsaved.save()) ? choice.answer : undefined;
}
