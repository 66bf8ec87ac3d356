/** Runs a command of the CLI that prints something and exits, such as `claude --version`. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { printable } from '../../core/log.js';

const TIMEOUT_MS = 10_000;
/** Characters of output that are read. */
const OUTPUT_LIMIT = 1024 * 1024;

export interface CommandResult {
  readonly stdout: string;
  /** The exit code; `undefined` if the program was not started, or was killed. */
  readonly code: number | undefined;
  /** How it ended, as the end of a sentence: `exited with code 127: env: node: No such file or directory`. */
  readonly ending: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What the system says when a program cannot be started. */
const START_ERRORS: Readonly<Record<string, string>> = {
  // The file exists: its path was checked before.
  ENOENT: 'cannot be started: a program that it needs (the first line of a script names it) does not exist',
  EACCES: 'cannot be started: permission is denied',
  ENOEXEC: 'cannot be started: it is not a program for this computer',
};

/**
 * A folder in which other users and repositories cannot plant settings that name programs to run: the home folder, or the
 * root of the system if there is none. The workspace is never used.
 */
async function safeFolder(env: Environment): Promise<string> {
  const home = homedir();
  const isFolder = await stat(home).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return home;
  return process.platform === 'win32' ? (env['SystemRoot'] ?? 'C:\\Windows') : '/';
}

/** Never rejects. Takes at most ten seconds. */
export async function runCommand(
  file: string,
  args: readonly string[],
  env: Environment,
): Promise<CommandResult> {
  const cwd = await safeFolder(env);
  const options = { cwd, env: { ...env }, timeout: TIMEOUT_MS, maxBuffer: OUTPUT_LIMIT, windowsHide: true };
  return new Promise((resolve) => {
    const finish = (error: Error | null, stdout: string, stderr: string): void =>
      resolve({ stdout, ...endOf(error, stderr) });
    try {
      execFile(file, args, options, finish);
    } catch (error) {
      finish(error as Error, '', '');
    }
  });
}

function endOf(
  error: (Error & { code?: string | number | null; killed?: boolean; signal?: string | null }) | null,
  stderr: string,
): Omit<CommandResult, 'stdout'> {
  if (error === null) return { code: 0, ending: 'exited with code 0' };
  if (typeof error.code === 'number') {
    const reason = printable(stderr.trim().split('\n').at(-1) ?? '');
    const detail = reason === '' ? '' : `: ${reason}`;
    return { code: error.code, ending: `exited with code ${error.code}${detail}` };
  }
  if (error.killed === true) {
    return { code: undefined, ending: `did not end within ${TIMEOUT_MS / 1000} seconds` };
  }
  if (error.signal) return { code: undefined, ending: `was terminated by ${error.signal}` };
  return {
    code: undefined,
    ending: START_ERRORS[error.code ?? ''] ?? `cannot be started: ${printable(error.message)}`,
  };
}
