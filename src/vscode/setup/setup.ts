/** The commands of the first run: the walkthrough, installing and updating the CLI, the sign-in, and a first prompt. */
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
  type Terminal,
} from 'vscode';
import type { ErrorKind } from '../../core/errors.js';
import type { Controller } from '../lifecycle/controller.js';
import { COMMANDS, PRODUCT, SECTION, WALKTHROUGH, type CommandTable } from '../platform/names.js';
import { showError, showInformation, showStatusMessage } from '../notifications/notifications.js';
import { sendHello, type Endpoint } from './helloRequest.js';
import { INSTALL_DOCS, installMethods } from './installMethods.js';
import { shellCommand } from './shellCommand.js';
import { pollUntil } from './pollUntil.js';

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

/** How often, and for how long, the CLI is checked again after a command was started in a terminal. */
const RECHECK = { intervalMs: 2_000, timeoutMs: 15 * 60_000 };
const MESSAGE_MS = 5_000;
const NOT_RUNNING = 'The server is not running. Start it with "Claude Ollama: Start", then try again.';
/** How long after activation VS Code may take to read the walkthroughs of extensions, in milliseconds. */
const WALKTHROUGHS_READ_MS = 8_000;

const CLI_PROBLEMS: readonly ErrorKind[] = ['cliMissing', 'cliTooOld'];

interface TerminalTask {
  /** The name of the terminal. */
  readonly name: string;
  readonly command: string;
  /** The shell of the terminal; by default the user's own. */
  readonly shell?: string | undefined;
  /** The problems that the command solves. */
  readonly solves: readonly ErrorKind[];
  /** Shown when none of these problems is left. */
  readonly successMessage: string;
}

/** An entry of the list of ways to get the CLI. */
interface InstallChoice {
  readonly label: string;
  readonly detail: string;
  readonly run: () => Promise<void> | void;
}

export function setupCommands({
  controller,
  extensionId,
  endpoint,
  isProven,
  activatedAt,
}: SetupOptions): CommandTable<'openWalkthrough' | 'installCli' | 'updateCli' | 'signIn' | 'sayHello'> {
  let runningWatch: AbortController | undefined;

  /** The path of the CLI that was found last; otherwise its name. */
  function cliProgram(): string {
    const { status } = controller;
    if (status.state !== 'running') return 'claude';
    const { readiness } = status;
    if (readiness.kind === 'ready') return readiness.path;
    return (readiness.kind === 'problem' ? readiness.problem.program : undefined) ?? 'claude';
  }

  function isSolved(problems: readonly ErrorKind[]): boolean {
    const { status } = controller;
    if (status.state !== 'running' || status.readiness.kind === 'checking') return false;
    return status.readiness.kind === 'ready' || !problems.includes(status.readiness.problem.kind);
  }

  /** Checks the CLI until the problems are solved, for the last time when the terminal is closed. */
  async function watchProgress(terminal: Terminal, { solves, successMessage }: TerminalTask): Promise<void> {
    runningWatch?.abort();
    const watch = new AbortController();
    runningWatch = watch;
    const subscription = window.onDidCloseTerminal((closed) => {
      if (closed === terminal) watch.abort();
    });
    const recheck = (): boolean => {
      controller.recheck();
      return isSolved(solves);
    };
    try {
      const solved = await pollUntil(recheck, { ...RECHECK, signal: watch.signal });
      if (solved) showStatusMessage(`$(check) ${successMessage}`, MESSAGE_MS);
    } finally {
      subscription.dispose();
    }
  }

  function runInTerminal(task: TerminalTask): void {
    const { name, command, shell } = task;
    const terminal = window.createTerminal({ name, ...(shell === undefined ? {} : { shellPath: shell }) });
    terminal.show();
    terminal.sendText(command);
    // Not awaited: the user may take any time in the terminal.
    void watchProgress(terminal, task);
  }

  async function chooseInstalledProgram(): Promise<void> {
    const [file] =
      (await window.showOpenDialog({ title: 'Choose the Claude CLI', openLabel: 'Use This Program' })) ?? [];
    if (file === undefined) return;
    await workspace.getConfiguration(SECTION).update('claudePath', file.fsPath, ConfigurationTarget.Global);
  }

  return {
    async openWalkthrough() {
      // Before VS Code has read the walkthroughs, it would open one of its own.
      const wait = activatedAt + WALKTHROUGHS_READ_MS - performance.now();
      if (wait > 0) {
        showStatusMessage('$(loading~spin) Opening the walkthrough…', wait);
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
            name: 'Install Claude',
            command,
            shell,
            solves: CLI_PROBLEMS,
            successMessage: 'Found the Claude CLI',
          }),
      }));
      const chosen = await window.showQuickPick<InstallChoice>(
        [
          ...methods,
          {
            label: '$(folder-opened) Choose an Installed Program…',
            detail: `Sets ${SECTION}.claudePath.`,
            run: chooseInstalledProgram,
          },
          {
            label: '$(link-external) Open the Documentation',
            detail: INSTALL_DOCS,
            run: async () => void (await env.openExternal(Uri.parse(INSTALL_DOCS))),
          },
        ],
        { title: `${PRODUCT}: Install the Claude CLI`, placeHolder: 'The command runs in a terminal' },
      );
      await chosen?.run();
    },
    updateCli() {
      runInTerminal({
        name: 'Update Claude',
        command: shellCommand(env.shell, cliProgram(), ['update']),
        solves: CLI_PROBLEMS,
        successMessage: 'Updated the Claude CLI',
      });
    },
    signIn() {
      runInTerminal({
        name: 'Sign In to Claude',
        command: shellCommand(env.shell, cliProgram(), ['auth', 'login']),
        solves: ['notSignedIn'],
        successMessage: 'Signed in to Claude',
      });
    },
    async sayHello() {
      const ask = async (_progress: unknown, token: CancellationToken): Promise<void> => {
        const cancellation = new AbortController();
        token.onCancellationRequested(() => cancellation.abort());
        try {
          if (!(await isProven())) throw new Error(NOT_RUNNING);
          const answer = await sendHello(endpoint(), cancellation.signal);
          // Neither notification is awaited: the user may never respond.
          void showInformation(`Claude says: ${answer}`, {
            label: 'Connect a Client…',
            command: COMMANDS.connectClient,
          });
        } catch (error) {
          if (cancellation.signal.aborted) return;
          void showError(error instanceof Error ? error.message : String(error));
        }
      };
      const title = 'Asking Claude to say hello…';
      await window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, ask);
    },
  };
}
