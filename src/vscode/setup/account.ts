/** The commands that sign the Claude CLI in and out. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { env } from 'vscode';
import type { ErrorKind } from '../../core/errors.js';
import type { Controller } from '../lifecycle/controller.js';
import { COMMANDS, type CommandTable } from '../platform/names.js';
import { showError, showInformation } from '../notifications/notifications.js';
import { shellCommand } from './shellCommand.js';
import { cliProblem, cliProgram, type RunInTerminal } from './terminalTask.js';
import { t } from '../platform/localize.js';

const SIGN_OUT_MS = 20_000;

/** Without a CLI that works, there is nothing to sign in to: offers to install or update it. */
async function offerCli(problem: ErrorKind): Promise<void> {
  await showInformation(
    t('Signing in needs the Claude CLI.'),
    problem === 'cliTooOld'
      ? { label: t('Update the Claude CLI'), command: COMMANDS.updateCli }
      : { label: t('Install…'), command: COMMANDS.installCli },
  );
}

export function accountCommands(
  controller: Pick<Controller, 'status' | 'inspect' | 'refreshModels'>,
  runInTerminal: RunInTerminal,
): CommandTable<'signIn' | 'signOut' | 'switchAccount'> {
  function runSignIn(): void {
    runInTerminal({
      name: t('Sign In to Claude'),
      command: shellCommand(env.shell, cliProgram(controller.status), ['auth', 'login']),
      solves: ['notSignedIn'],
      successMessage: t('Signed in to Claude'),
    });
  }

  /** @throws Error when the folder is not trusted; with the output of the CLI when it fails */
  async function runSignOut(): Promise<void> {
    const { path } = await controller.inspect();
    await promisify(execFile)(path, ['auth', 'logout'], { timeout: SIGN_OUT_MS });
    controller.refreshModels();
  }

  /** Runs `action` unless the CLI cannot be started; reports its failure. */
  async function withCli(action: () => Promise<void> | void): Promise<void> {
    const problem = cliProblem(controller.status);
    // None of the notifications is awaited: the user may never respond.
    if (problem !== undefined) return void offerCli(problem);
    try {
      await action();
    } catch (error) {
      void showError(error instanceof Error ? error.message : String(error));
    }
  }

  return {
    signIn: () => withCli(runSignIn),
    signOut: () =>
      withCli(async () => {
        await runSignOut();
        void showInformation(t('Signed out of Claude. Clients get an error until you sign in again.'), {
          label: t('Sign In'),
          command: COMMANDS.signIn,
        });
      }),
    switchAccount: () =>
      withCli(async () => {
        await runSignOut();
        runSignIn();
      }),
  };
}
