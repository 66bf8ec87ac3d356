/** Shows a permission request as a notification, with a preview editor beside it when there is more to see. */
import { commands } from 'vscode';
import type { PermissionAnswer, PermissionRequest } from '../../core/permission.js';
import { showPermissionRequest } from '../notifications/notifications.js';
import { readTargetFile, unsavedDocument } from './openFiles.js';
import { mayRead, permissionText, targetPath, type Choice, type TargetFile } from './permissionText.js';
import type { PreviewEditors } from './previewEditors.js';

export interface PermissionPromptOptions {
  readonly previews: PreviewEditors;
  /** After which the request is denied. */
  readonly timeoutMinutes: number;
  /** Waits for an answer that the user gives with a command instead of the notification. */
  readonly nextCommand: () => Promise<PermissionAnswer>;
  /** Aborted once the request is settled; later answers are ignored. */
  readonly closed: AbortSignal;
}

/** A file that is not read for the preview. */
const UNREAD: TargetFile = { exists: true, unsaved: false };

/** VS Code cannot withdraw a notification, only hide it. The notification center still lists it. */
const hideNotifications = (): void => void commands.executeCommand('notifications.hideToasts');

/**
 * Resolves to the answer, or to `undefined` once `closed` is aborted. Closing the notification is no answer: the user can
 * still answer with a command, or show the request again.
 */
export async function showPermissionPrompt(
  request: PermissionRequest,
  options: PermissionPromptOptions,
): Promise<PermissionAnswer | undefined> {
  const { previews, timeoutMinutes, nextCommand, closed } = options;
  const target = targetPath(request);
  const path = target !== undefined && mayRead(request.folder, target) ? target : undefined;
  const unread = target === undefined ? undefined : UNREAD;
  const file = path === undefined ? unread : await readTargetFile(path);
  const { message, choices, preview } = permissionText(request, timeoutMinutes, file);
  if (closed.aborted) return undefined;
  if (preview !== undefined) await previews.show(preview, closed);
  const choice = await Promise.race([
    clickedChoice(message, choices),
    nextCommand().then((answer) => choiceFor(choices, answer)),
    whenAborted(closed),
  ]);
  hideNotifications();
  if (choice === undefined) return undefined;
  if (path === undefined || choice.answer === 'deny') return choice.answer;
  const unsaved = await unsavedDocument(path);
  if (unsaved === undefined) return choice.answer;
  // The file was edited after the request was shown, so the user has not seen what would be overwritten: ask again.
  if (choice.save !== true) return showPermissionPrompt(request, options);
  // When saving fails, VS Code shows the reason.
  return (await unsaved.save()) ? choice.answer : showPermissionPrompt(request, options);
}

/** The choice of the user in a notification. Never resolves when the user closes it. */
async function clickedChoice(message: string, choices: readonly Choice[]): Promise<Choice> {
  const title = await showPermissionRequest(
    message,
    choices.map((choice) => choice.title),
  );
  const choice = choices.find((candidate) => candidate.title === title);
  return choice ?? new Promise<never>(() => undefined);
}

/** The choice for an answer by command. Where the conversation is not offered, it allows once. */
const choiceFor = (choices: readonly Choice[], answer: PermissionAnswer): Choice | undefined =>
  choices.find((choice) => choice.answer === answer) ?? choices.find((choice) => choice.answer === 'once');

const whenAborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
