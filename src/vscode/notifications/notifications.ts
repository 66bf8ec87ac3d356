/**
 * Every message that pops up. Notifications report only what needs an action of the user, and offer that action as a
 * button. Their promises settle when the user responds, which may be never, so most callers do not await them.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { commands, ConfigurationTarget, ProgressLocation, window, workspace } from 'vscode';
import { freePortAfter } from '../platform/freePort.js';
import { COMMANDS, PRODUCT, SECTION } from '../platform/names.js';
import type { ProblemNotice } from './problemNotice.js';
import { problemText } from './problemText.js';
import type { Status } from '../lifecycle/status.js';
import { t } from '../platform/localize.js';

const OTHER_PORT = t('Use Another Port…');
const TRY_AGAIN = t('Try Again');
const SERVE_HERE = t('Serve From This Window');
const SHOW_LOG = t('Show Log');
const SHOW_PORTS = t('Show Ports');
const SHOW_FILE = t('Show File');
const WALKTHROUGH = t('Open Walkthrough');
const COPY_CONFIGURATION = t('Copy Configuration');
const COPY_AND_SHOW_FILE = t('Copy and Show File');
const NEVER = t("Don't Show Again");

const COPIED_MS = 3_000;
/** VS Code draws a notification some time after it was shown, and does not tell when. Milliseconds. */
const NOTIFICATION_APPEARS_MS = 300;

/** A button that runs a command. */
export interface NotificationAction {
  readonly label: string;
  readonly command: string;
}

type Show = (message: string, button: string) => Thenable<string | undefined>;

/** Shows a message with one button. @returns whether the user pressed it */
const offer = async (show: Show, message: string, button: string): Promise<boolean> =>
  (await show(`${PRODUCT}: ${message}`, button)) === button;

/** Shows a piece of information, with one action. */
export async function showInformation(
  message: string,
  { label, command }: NotificationAction,
): Promise<void> {
  if (await offer(window.showInformationMessage, message, label)) await commands.executeCommand(command);
}

/** Shows an error, with a button that opens the log. */
export async function showError(message: string): Promise<void> {
  if (await offer(window.showErrorMessage, message, SHOW_LOG))
    await commands.executeCommand(COMMANDS.showLog);
}

/** The server could not start. */
export async function showFailure(status: Status & { state: 'failed' }): Promise<void> {
  const actions = status.taken ? [OTHER_PORT, TRY_AGAIN, SHOW_LOG] : [TRY_AGAIN, SHOW_LOG];
  const chosen = await window.showErrorMessage(`${PRODUCT}: ${status.message}`, ...actions);
  if (chosen === OTHER_PORT) await choosePort(status.port);
  if (chosen === TRY_AGAIN) await commands.executeCommand(COMMANDS.start);
  if (chosen === SHOW_LOG) await commands.executeCommand(COMMANDS.showLog);
}

/** The extension did not activate, because of a defect or a broken installation. VS Code itself does not report this. */
export async function showActivationFailure(error: unknown): Promise<void> {
  const text = error instanceof Error ? error.message : String(error);
  const chosen = await window.showErrorMessage(t('{0} could not start: {1}', PRODUCT, text), SHOW_LOG);
  // The extension's own log may not exist yet, so this opens VS Code's list of logs.
  if (chosen === SHOW_LOG) await commands.executeCommand('workbench.action.showLogs');
}

/**
 * Asks whether to take over the port although that cancels requests.
 * @param requests the number that the other window is answering
 */
export async function confirmServeHere(requests: number): Promise<boolean> {
  const message =
    requests === 1
      ? t('The other window is answering a request. Serving from this window will cancel it.')
      : t('The other window is answering {0} requests. Serving from this window will cancel them.', requests);
  return offer(window.showWarningMessage, message, SERVE_HERE);
}

/** The copied address is for clients on the machine of this window only. */
export async function showLocalAddressOnly(url: string): Promise<void> {
  const message = t(
    "Copied {0}, which works on the machine that runs this window. VS Code's address for your own machine does not lead to this server. Forward the port in the Ports view.",
    url,
  );
  if (await offer(window.showWarningMessage, message, SHOW_PORTS)) {
    await commands.executeCommand('~remote.forwardedPorts.focus');
  }
}

/** The window that is serving the port did not release it. */
export async function showHandoverFailure(port: number): Promise<void> {
  const message = t(
    '{0}: The window that is serving port {1} did not release it. It may belong to another editor or run an older version of this extension. Stop the server there, or use another port here.',
    PRODUCT,
    port,
  );
  const chosen = await window.showWarningMessage(message, OTHER_PORT, SHOW_LOG);
  if (chosen === OTHER_PORT) await choosePort(port);
  if (chosen === SHOW_LOG) await commands.executeCommand(COMMANDS.showLog);
}

/** The setup is incomplete. @returns whether the user wants no more notifications of this kind */
export async function showProblem({ problem, remedies }: ProblemNotice): Promise<boolean> {
  // VS Code shows three buttons beside each other; more would wrap.
  const more = remedies.length > 1 ? [] : [WALKTHROUGH];
  const chosen = await window.showWarningMessage(
    `${PRODUCT}: ${problemText(problem)}`,
    ...remedies.map(({ label }) => label),
    ...more,
    NEVER,
  );
  const remedy = remedies.find(({ label }) => label === chosen);
  if (remedy !== undefined) await commands.executeCommand(remedy.command);
  if (chosen === WALKTHROUGH) await commands.executeCommand(COMMANDS.openWalkthrough);
  return chosen === NEVER;
}

/** Asks for a permission. @returns the label of the chosen answer; `undefined` when the notification was closed */
export async function showPermissionRequest(
  message: string,
  answers: readonly string[],
): Promise<string | undefined> {
  return window.showInformationMessage(message, ...answers);
}

/** Shows a message as long as the work takes. @returns the result of the work */
export async function whileShowing<T>(title: string, work: Promise<T>): Promise<T> {
  return window.withProgress({ location: ProgressLocation.Notification, title }, () => work);
}

/** Moves the keyboard focus to the notification that has just been shown. */
export async function focusNotification(): Promise<void> {
  await delay(NOTIFICATION_APPEARS_MS);
  await commands.executeCommand('notifications.focusToasts');
}

/** A configuration file needs no change. @returns whether to open the file */
export const showAlreadyConfigured = (file: string): Promise<boolean> =>
  offer(window.showInformationMessage, t('{0} already contains these lines.', file), SHOW_FILE);

/** The user has to change a configuration file. @returns whether to copy the configuration and to open the file */
export const showManualChangeNeeded = (reason: string): Promise<boolean> =>
  offer(window.showWarningMessage, reason, COPY_AND_SHOW_FILE);

/** A configuration file could not be found or read. @returns whether to copy the configuration */
export const showFileChangeFailure = (file: string, reason: string): Promise<boolean> =>
  offer(window.showErrorMessage, t('{0} cannot be changed: {1}', file, reason), COPY_CONFIGURATION);

/**
 * Shows a message in the status bar.
 * @param ms how long, in milliseconds
 */
export function showStatusMessage(message: string, ms: number): void {
  window.setStatusBarMessage(message, ms);
}

/** Confirms in the status bar what is now in the clipboard: `Copied the token`. */
export const showCopied = (message: string): void => showStatusMessage(message, COPIED_MS);

/** Asks for a port and stores it in the settings, which restarts the server there. */
export async function choosePort(current: number): Promise<void> {
  const answer = await window.showInputBox({
    title: t('{0}: Port', PRODUCT),
    prompt: t('Clients must use this port too.'),
    value: String(await freePortAfter(current)),
    validateInput: (text) =>
      /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535
        ? undefined
        : t('Enter a number from 1 to 65535'),
  });
  if (answer === undefined) return;
  await workspace.getConfiguration(SECTION).update('port', Number(answer), ConfigurationTarget.Global);
}
