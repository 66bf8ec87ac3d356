/** PATH as a login shell has it: an editor that was started from a dock does not. */
import { execFile } from 'node:child_process';

const PATIENCE_MS = 3000;
const MARK = '-- environment --';

/** What the shell is told. `env` prints PATH in one form whatever the shell; start-up files may print anything before. */
export function loginShellArguments(): readonly string[] {
  return ['-ilc', `echo "${MARK}"; command env; exit`];
}

/** PATH in what that shell printed, or `undefined`. Pure. */
export function pathIn(output: string): string | undefined {
  const at = output.lastIndexOf(MARK);
  return at < 0 ? undefined : /^PATH=(.+)$/m.exec(output.slice(at))?.[1];
}

/** How long an answer of the shell counts. Milliseconds. */
const REMEMBERED_MS = 60_000;

/**
 * The same, asked once in a while: where there is no CLI, every request looks for one, and must not wait for a shell.
 * @param ask never rejects
 * @param clock monotonic, milliseconds
 */
export function rememberedPath(
  ask: () => Promise<string | undefined>,
  clock: () => number = () => performance.now(),
): () => Promise<string | undefined> {
  let known: { readonly path: Promise<string | undefined>; readonly at: number } | undefined;
  return () => {
    const now = clock();
    if (known === undefined || now - known.at >= REMEMBERED_MS) known = { path: ask(), at: now };
    return known.path;
  };
}

/**
 * Asks the person's shell. Bounded: a start-up file that waits for input, or for anything, costs three seconds.
 * @param env of this program; names the shell
 */
export function loginPath(env: Readonly<Record<string, string | undefined>>): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = {
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
      // Start-up files that update themselves, or that start a terminal multiplexer, should not.
      env: { ...env, DISABLE_AUTO_UPDATE: 'true', ZSH_TMUX_AUTOSTARTED: 'true', ZSH_TMUX_AUTOSTART: 'false' },
    } as const;
    const shell = execFile(env['SHELL'] ?? '/bin/sh', loginShellArguments(), options, (_error, output) => {
      // Shells end with the status of whatever ran last; what was printed counts.
      resolve(pathIn(output));
    });
    shell.stdin?.end();
  });
}
