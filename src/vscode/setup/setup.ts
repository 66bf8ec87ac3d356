/** The commands of the setup: the walkthrough, installing and updating the CLI, the account, and a first prompt. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  commands,
  ConfigurationTarget,
  env,
  ProgressLocation,
  Uri,
  window,
  workspace,
  type CancellationToken,
} from 'vscode';
import type { Controller } from '../lifecycle/controller.js';
import { COMMANDS, PRODUCT, SECTION, WALKTHROUGH, type CommandTable } from '../platform/names.js';
import { showError, showInformation, showStatusMessage } from '../notifications/notifications.js';
import { sendHello, type Endpoint } from './helloRequest.js';
import { accountCommands } from './account.js';
import { INSTALL_DOCS, installMethods } from './installMethods.js';
import { shellCommand } from './shellCommand.js';
import { CLI_PROBLEMS, cliProgram, createTerminalRunner } from './terminalTask.js';
import { t } from '../platform/localize.js';

export interface SetupOptions {
  readonly controller: Controller;
  /** With the publisher. */
  readonly extensionId: string;
  /** The endpoint at the time of the call. */
  readonly endpoint: () => Endpoint;
  /** Whether that endpoint may get the token; see `isProvenServer`. */
  readonly isProven: () => Promise<boolean>;
  /** When the extension was activated, as `performance.now()` reports it. */
  readonly activatedAt: number;
}

const NOT_RUNNING = t('The server is not running. Start it with "Claude Ollama: Start", then try again.');
/** How long after activation VS Code may take to read the walkthroughs of extensions, in milliseconds. */
const WALKTHROUGHS_READ_MS = 8_000;

/** An entry of the list of ways to get the CLI. */
interface InstallChoice {
  readonly label: string;
  readonly detail: string;
  readonly run: () => Promise<void> | void;
}

type SetupCommandName =
  | 'openWalkthrough'
  | 'installCli'
  | 'updateCli'
  | 'chooseProgram'
  | 'signIn'
  | 'signOut'
  | 'switchAccount'
  | 'sayHello';

export function setupCommands({
  controller,
  extensionId,
  endpoint,
  isProven,
  activatedAt,
}: SetupOptions): CommandTable<SetupCommandName> {
  const runInTerminal = createTerminalRunner(controller);

  async function chooseInstalledProgram(): Promise<void> {
    const [file] =
      (await window.showOpenDialog({
        title: t('Choose the Claude CLI'),
        openLabel: t('Use This Program'),
      })) ?? [];
    if (file === undefined) return;
    await workspace.getConfiguration(SECTION).update('claudePath', file.fsPath, ConfigurationTarget.Global);
  }

  return {
    async openWalkthrough() {
      // Before VS Code has read the walkthroughs, it would open one of its own.
      const wait = activatedAt + WALKTHROUGHS_READ_MS - performance.now();
      if (wait > 0) {
        showStatusMessage(`$(loading~spin) ${t('Opening the walkthrough…')}`, wait);
        await delay(wait);
      }
      const id = `${extensionId}#${WALKTHROUGH}`;
      await commands.executeCommand('workbench.action.openWalkthrough', id, false);
    },
    async installCli() {
      const methods = installMethods(process.platform).map(({ label, command, shell }): InstallChoice => ({
        label: `$(terminal) ${label}`,
        detail: command,
        run: () =>
          runInTerminal({
            name: t('Install Claude'),
            command,
            shell,
            solves: CLI_PROBLEMS,
            successMessage: t('Found the Claude CLI'),
          }),
      }));
      const chosen = await window.showQuickPick<InstallChoice>(
        [
          ...methods,
          {
            label: `$(folder-opened) ${t('Choose an Installed Program…')}`,
            detail: t('Sets {0}.claudePath.', SECTION),
            run: chooseInstalledProgram,
          },
          {
            label: `$(link-external) ${t('Open the Documentation')}`,
            detail: INSTALL_DOCS,
            run: async () => void (await env.openExternal(Uri.parse(INSTALL_DOCS))),
          },
        ],
        {
          title: t('{0}: Install the Claude CLI', PRODUCT),
          placeHolder: t('The command runs in a terminal'),
        },
      );
      await chosen?.run();
    },
    updateCli() {
      runInTerminal({
        name: t('Update Claude'),
        command: shellCommand(env.shell, cliProgram(controller.status), ['update']),
        solves: CLI_PROBLEMS,
        successMessage: t('Updated the Claude CLI'),
      });
    },
    chooseProgram: chooseInstalledProgram,
    ...accountCommands(controller, runInTerminal),
    async sayHello() {
      const ask = async (_progress: unknown, token: CancellationToken): Promise<void> => {
        const cancellation = new AbortController();
        token.onCancellationRequested(() => cancellation.abort());
        try {
          if (!(await isProven())) throw new Error(NOT_RUNNING);
          const answer = await sendHello(endpoint(), cancellation.signal);
          // Neither notification is awaited: the user may never respond.
          void showInformation(t('Claude says: {0}', answer), {
            label: t('Connect a Client…'),
            command: COMMANDS.connectClient,
          });
        } catch (error) {
          if (cancellation.signal.aborted) return;
          void showError(error instanceof Error ? error.message : String(error));
        }
      };
      const title = t('Asking Claude to say hello…');
      await window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, ask);
    },
  };
}
