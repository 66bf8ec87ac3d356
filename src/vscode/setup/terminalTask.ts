/** Runs commands of the setup in a terminal, and checks the CLI until they have had their effect. */
import { window, type Terminal } from 'vscode';
import type { ErrorKind } from '../../core/errors.js';
import type { Controller } from '../lifecycle/controller.js';
import type { Status } from '../lifecycle/status.js';
import { showStatusMessage } from '../notifications/notifications.js';
import { pollUntil } from './pollUntil.js';

export interface TerminalTask {
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

export type RunInTerminal = (task: TerminalTask) => void;

/** How often, and for how long, the CLI is checked again after a command was started in a terminal. */
const RECHECK = { intervalMs: 2_000, timeoutMs: 15 * 60_000 };
const MESSAGE_MS = 5_000;

/** Problems of a CLI that cannot be started. */
export const CLI_PROBLEMS: readonly ErrorKind[] = ['cliMissing', 'cliTooOld'];

/** The path of the CLI that was found last; otherwise its name. */
export function cliProgram(status: Status): string {
  if (status.state !== 'running') return 'claude';
  const { readiness } = status;
  if (readiness.kind === 'ready') return readiness.path;
  return (readiness.kind === 'problem' ? readiness.problem.program : undefined) ?? 'claude';
}

/** The problem that keeps the CLI from being started, if any. */
export function cliProblem(status: Status): ErrorKind | undefined {
  if (status.state !== 'running' || status.readiness.kind !== 'problem') return undefined;
  const { kind } = status.readiness.problem;
  return CLI_PROBLEMS.includes(kind) ? kind : undefined;
}

export function createTerminalRunner(controller: Pick<Controller, 'status' | 'recheck'>): RunInTerminal {
  let runningWatch: AbortController | undefined;

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

  return (task) => {
    const { name, command, shell } = task;
    const terminal = window.createTerminal({ name, ...(shell === undefined ? {} : { shellPath: shell }) });
    terminal.show();
    terminal.sendText(command);
    // Not awaited: the user may take any time in the terminal.
    void watchProgress(terminal, task);
  };
}
