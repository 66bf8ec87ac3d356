/** Puts a question for permission to the person: as a notification, and beside it what must be seen whole. */
import { commands } from 'vscode';
import type { PermissionAnswer, PermissionRequest } from '../../core/permission.js';
import { showPermissionRequest, showStatusMessage } from '../ui/notifications.js';
import type { PreviewEditors } from './previewEditors.js';
import { fileAt, unsavedDocument } from './openFiles.js';
import { askedPath, permissionText } from './permissionText.js';

/** The editor lets nobody take a notification back, only out of sight. What is hidden can be found under the bell. */
const hideNotifications = (): void => void commands.executeCommand('notifications.hideToasts');

/**
 * Shows a question.
 * @param minutes after which no answer is a denial
 * @param over from then on no answer counts
 * @returns the answer, or `undefined` when the notification was closed
 */
export async function showPermissionPrompt(
  exhibits: PreviewEditors,
  minutes: number,
  request: PermissionRequest,
  over: AbortSignal,
): Promise<PermissionAnswer | undefined> {
  const path = askedPath(request);
  const file = path === undefined ? undefined : await fileAt(path);
  const { message, choices, exhibit } = permissionText(request, minutes, file);
  if (over.aborted) return undefined;
  if (exhibit !== undefined) await exhibits.show(exhibit, over);
  over.addEventListener('abort', hideNotifications, { once: true });
  const title = await showPermissionRequest(
    message,
    choices.map((choice) => choice.title),
  );
  over.removeEventListener('abort', hideNotifications);
  const choice = choices.find((one) => one.title === title);
  if (choice === undefined) return undefined;
  if (over.aborted) {
    showStatusMessage('Claude no longer waits for this answer', 5000);
    return undefined;
  }
  if (path === undefined || choice.answer === 'deny') return choice.answer;
  const unsaved = await unsavedDocument(path);
  if (unsaved === undefined) return choice.answer;
  // Changed since the question was shown: the person has allowed something else.
  if (choice.save !== true) return showPermissionPrompt(exhibits, minutes, request, over);
  // The editor says why when it cannot; the question stays.
  return (await unsaved.save()) ? choice.answer : undefined;
}
