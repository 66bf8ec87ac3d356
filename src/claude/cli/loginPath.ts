/** The PATH of a login shell. An editor that was started from a dock or a desktop menu does not have it. */
import { execFile } from 'node:child_process';

const TIMEOUT_MS = 3000;
const MARKER = '-- environment --';

/** Arguments that make a shell print {@link MARKER} and its environment. Start-up files may print anything before it. */
export function loginShellArguments(): readonly string[] {
  // `env` prints PATH in the same form in every shell.
  return ['-ilc', `echo "${MARKER}"; command env; exit`];
}

/** The PATH in the output of such a shell; `undefined` if there is none. Pure. */
export function parseLoginPath(output: string): string | undefined {
  const at = output.lastIndexOf(MARKER);
  return at < 0 ? undefined : /^PATH=(.+)$/m.exec(output.slice(at))?.[1];
}

const CACHE_MS = 60_000;

/**
 * Caches the login PATH for a minute. While no CLI is installed, every request searches for one, and none of them should
 * have to wait for a shell.
 * @param query never rejects
 * @param clock monotonic, milliseconds
 */
export function cachedLoginPath(
  query: () => Promise<string | undefined>,
  clock: () => number = () => performance.now(),
): () => Promise<string | undefined> {
  let cached: { readonly path: Promise<string | undefined>; readonly at: number } | undefined;
  return () => {
    const now = clock();
    if (cached === undefined || now - cached.at >= CACHE_MS) cached = { path: query(), at: now };
    return cached.path;
  };
}

/**
 * Asks the user's shell for its PATH. Takes at most three seconds, even if a start-up file waits for input. Never rejects.
 * @param env the environment of this program; `SHELL` names the shell
 * @returns `undefined` if the shell cannot be started, does not answer in time or prints no PATH
 */
export function loginPath(env: Readonly<Record<string, string | undefined>>): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = {
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      // Keeps oh-my-zsh from updating itself and from starting tmux.
      env: { ...env, DISABLE_AUTO_UPDATE: 'true', ZSH_TMUX_AUTOSTARTED: 'true', ZSH_TMUX_AUTOSTART: 'false' },
    } as const;
    const shell = execFile(env['SHELL'] ?? '/bin/sh', loginShellArguments(), options, (_error, output) => {
      // The exit status is that of the last command in the start-up files, so only the output counts.
      resolve(parseLoginPath(output));
    });
    shell.stdin?.end();
  });
}
