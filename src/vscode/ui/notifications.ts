/** Every message that pops up. Only what a person must act on, always with something to do. */
import { commands, ConfigurationTarget, window, workspace } from 'vscode';
import { COMMANDS, PRODUCT, SECTION } from '../platform/names.js';
import type { Notice } from './problemNotice.js';
import type { Status } from '../lifecycle/status.js';

const OTHER_PORT = 'Use Another Port…';
const AGAIN = 'Try Again';
const SERVE_HERE = 'Serve From This Window';
const SHOW_LOG = 'Show Log';
const WALKTHROUGH = 'Open Walkthrough';
const NEVER = "Don't Show Again";

/** The endpoint cannot be served. */
export async function showFailure(status: Status & { state: 'failed' }): Promise<void> {
  const actions = status.taken ? [OTHER_PORT, AGAIN, SHOW_LOG] : [AGAIN, SHOW_LOG];
  const chosen = await window.showErrorMessage(`${PRODUCT}: ${status.message}`, ...actions);
  if (chosen === OTHER_PORT) await choosePort(status.port);
  if (chosen === AGAIN) await commands.executeCommand(COMMANDS.start);
  if (chosen === SHOW_LOG) await commands.executeCommand(COMMANDS.showLog);
}

/** A defect or a broken installation: VS Code itself says nothing when an extension fails to activate. */
export async function showActivationFailure(error: unknown): Promise<void> {
  const text = error instanceof Error ? error.message : String(error);
  const chosen = await window.showErrorMessage(`${PRODUCT} could not start: ${text}`, SHOW_LOG);
  if (chosen === SHOW_LOG) await commands.executeCommand('workbench.action.showLogs');
}

/** Whether to take the port although requests in the other window would end. */
export async function confirmServeHere(requests: number): Promise<boolean> {
  const which = requests === 1 ? 'a request' : `${requests} requests`;
  const message = `${PRODUCT}: The other window is answering ${which}, which would end.`;
  return (await window.showWarningMessage(message, SERVE_HERE)) === SERVE_HERE;
}

/** The window that has the port has not let go of it. */
export async function showNotHandedOver(port: number): Promise<void> {
  const message = `${PRODUCT}: The window that serves port ${port} did not hand it over. It may be of another editor, or of an older version. Stop the server there, or use another port here.`;
  const chosen = await window.showWarningMessage(message, OTHER_PORT, SHOW_LOG);
  if (chosen === OTHER_PORT) await choosePort(port);
  if (chosen === SHOW_LOG) await commands.executeCommand(COMMANDS.showLog);
}

/** Something of the set-up is missing. @returns whether the person does not want to be told again */
export async function showProblem({ problem, remedy }: Notice): Promise<boolean> {
  const chosen = await window.showWarningMessage(
    `${PRODUCT}: ${problem.message}`,
    remedy.title,
    WALKTHROUGH,
    NEVER,
  );
  if (chosen === remedy.title) await commands.executeCommand(remedy.command);
  if (chosen === WALKTHROUGH) await commands.executeCommand(COMMANDS.openWalkthrough);
  return chosen === NEVER;
}

/** For a moment, in the status bar. */
export function showCopied(url: string): void {
  window.setStatusBarMessage(`Copied ${url}`, 3000);
}

/** Asks for a port and sets it; the change of the setting starts the server there. */
export async function choosePort(current: number): Promise<void> {
  const answer = await window.showInputBox({
    title: `${PRODUCT}: Port`,
    prompt: 'Clients must then use this port too.',
    value: String(current + 1),
    validateInput: (text) =>
      /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535
        ? undefined
        : 'A number from 1 to 65535',
  });
  if (answer === undefined) return;
  await workspace.getConfiguration(SECTION).update('port', Number(answer), ConfigurationTarget.Global);
}
