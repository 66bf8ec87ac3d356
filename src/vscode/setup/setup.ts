/** The commands of the first run: the walkthrough, the CLI, its sign-in, and a first question. */
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
import { askHello, type Endpoint } from './hello.js';
import { INSTALL_DOCS, installWays, type InstallWay } from './installWays.js';
import { shellCommand } from './shellCommand.js';
import { until, type Patience } from './until.js';

export interface SetupOptions {
  readonly controller: Controller;
  /** The extension's full id. */
  readonly extension: string;
  /** The endpoint as it is now. */
  readonly endpoint: () => Endpoint;
  /** When the extension was activated, on the clock of `performance`. Milliseconds. */
  readonly since: number;
}

const PATIENCE: Patience = { everyMs: 2_000, limitMs: 15 * 60_000 };
const SAID_MS = 5_000;
/** How long VS Code may take, from its first step that is ticked, to read the walkthroughs of extensions. Milliseconds. */
const READ_WITHIN_MS = 8_000;

const CONNECT = 'Connect a Client…';
const SHOW_LOG = 'Show Log';

/** Entries of the list of ways that are none. */
type Choice =
  { readonly way: InstallWay } | { readonly way: undefined; readonly run: () => Thenable<unknown> };

export function setupCommands({
  controller,
  extension,
  endpoint,
  since,
}: SetupOptions): CommandTable<'openWalkthrough' | 'installCli' | 'updateCli' | 'signIn' | 'sayHello'> {
  let waiting: AbortController | undefined;

  /** The CLI as the last look found it. */
  function program(): string {
    const { status } = controller;
    if (status.state !== 'running') return 'claude';
    const { readiness } = status;
    if (readiness.kind === 'ready') return readiness.path;
    return (readiness.kind === 'problem' ? readiness.problem.program : undefined) ?? 'claude';
  }

  function problem(): ErrorKind | 'none' | 'unknown' {
    const { status } = controller;
    if (status.state !== 'running' || status.readiness.kind === 'checking') return 'unknown';
    return status.readiness.kind === 'ready' ? 'none' : status.readiness.problem.kind;
  }

  /** Looks until none of these problems is there; the end of the terminal is the last chance. */
  async function watch(terminal: Terminal, problems: readonly string[], said: string): Promise<void> {
    waiting?.abort();
    const own = new AbortController();
    waiting = own;
    const subscription = window.onDidCloseTerminal((closed) => {
      if (closed === terminal) own.abort();
    });
    try {
      const done = await until(
        () => {
          controller.recheck();
          const now = problem();
          return now !== 'unknown' && !problems.includes(now);
        },
        PATIENCE,
        own.signal,
      );
      if (done) window.setStatusBarMessage(`$(check) ${said}`, SAID_MS);
    } finally {
      subscription.dispose();
    }
  }

  /** Runs a line in a terminal that the person sees, and watches for what it shall bring. */
  function inTerminal(
    name: string,
    line: string,
    shellPath: string | undefined,
    problems: readonly string[],
    said: string,
  ): void {
    const terminal = window.createTerminal({ name, ...(shellPath === undefined ? {} : { shellPath }) });
    terminal.show();
    terminal.sendText(line);
    // Nobody waits for it: the state of the window tells the rest.
    void watch(terminal, problems, said);
  }

  async function chooseFile(): Promise<void> {
    const [file] =
      (await window.showOpenDialog({ title: 'The Claude CLI', openLabel: 'Use This Program' })) ?? [];
    if (file === undefined) return;
    await workspace.getConfiguration(SECTION).update('claudePath', file.fsPath, ConfigurationTarget.Global);
  }

  return {
    async openWalkthrough() {
      // Sooner, the editor would open a walkthrough of its own.
      const wait = since + READ_WITHIN_MS - performance.now();
      if (wait > 0) {
        window.setStatusBarMessage('$(loading~spin) Opening the walkthrough…', wait);
        await delay(wait);
      }
      await commands.executeCommand('workbench.action.openWalkthrough', `${extension}#${WALKTHROUGH}`, false);
    },
    async installCli() {
      const ways = installWays(process.platform).map((way) => ({
        label: `$(terminal) ${way.label}`,
        detail: way.command,
        choice: { way } as Choice,
      }));
      const chosen = await window.showQuickPick(
        [
          ...ways,
          {
            label: '$(folder-opened) It Is Installed: Choose the Program…',
            detail: `Sets ${SECTION}.claudePath.`,
            choice: { way: undefined, run: chooseFile } as Choice,
          },
          {
            label: '$(link-external) Open the Documentation',
            detail: INSTALL_DOCS,
            choice: { way: undefined, run: () => env.openExternal(Uri.parse(INSTALL_DOCS)) } as Choice,
          },
        ],
        { title: `${PRODUCT}: Install the Claude CLI`, placeHolder: 'The command runs in a terminal' },
      );
      if (chosen === undefined) return;
      const { choice } = chosen;
      if (choice.way === undefined) await choice.run();
      else {
        const { command, shell } = choice.way;
        inTerminal('Install Claude', command, shell, ['cliMissing', 'cliTooOld'], 'Found the Claude CLI');
      }
    },
    updateCli() {
      const line = shellCommand(env.shell, program(), ['update']);
      inTerminal('Update Claude', line, undefined, ['cliMissing', 'cliTooOld'], 'Updated the Claude CLI');
      return Promise.resolve();
    },
    signIn() {
      const line = shellCommand(env.shell, program(), ['auth', 'login']);
      inTerminal('Sign In to Claude', line, undefined, ['notSignedIn'], 'Signed in to Claude');
      return Promise.resolve();
    },
    async sayHello() {
      const ask = async (_progress: unknown, token: CancellationToken): Promise<void> => {
        const cancelled = new AbortController();
        token.onCancellationRequested(() => cancelled.abort());
        try {
          const answer = await askHello(endpoint(), cancelled.signal);
          // Nobody waits for the person.
          void tell(window.showInformationMessage(`Claude says: ${answer}`, CONNECT), COMMANDS.connectClient);
        } catch (error) {
          if (cancelled.signal.aborted) return;
          const why = error instanceof Error ? error.message : String(error);
          void tell(window.showErrorMessage(`${PRODUCT}: ${why}`, SHOW_LOG), COMMANDS.showLog);
        }
      };
      const title = 'Asking Claude to say hello…';
      await window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, ask);
    },
  };
}

/** Runs a command when the one button of a message was pressed. */
async function tell(message: Thenable<string | undefined>, command: string): Promise<void> {
  if ((await message) !== undefined) await commands.executeCommand(command);
}
