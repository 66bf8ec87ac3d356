import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { findGit } from './gitProgram.js';

const TIMEOUT_MS = 2_000;

/**
 * The files that Git ignores in a folder, in Unicode's composed form (NFC).
 * @param paths relative to the folder, with forward slashes
 * @param openFolders all open folders; a Git program inside one of them is not started
 * @returns `undefined` when Git gives no answer: it is missing, too slow, or does not trust the folder
 */
export async function ignoredFiles(
  folder: string,
  paths: readonly string[],
  openFolders: readonly string[],
): Promise<ReadonlySet<string> | undefined> {
  const program = await findGit(process.env['PATH'] ?? '', openFolders);
  if (program === undefined) return undefined;
  // A repository can configure a program as fsmonitor, which Git would run.
  const args = ['-c', 'core.fsmonitor=false', '-C', folder, 'check-ignore', '-z', '--stdin'];
  const env = { ...process.env, LC_ALL: 'C' };
  const git = spawn(program, args, { env, windowsHide: true, timeout: TIMEOUT_MS });
  const exited = new Promise<number | null>((resolve) => {
    git.once('error', () => resolve(null));
    git.once('close', resolve);
  });
  // Writing fails when Git exits early or does not start; the exit code then tells.
  git.stdin.on('error', () => undefined);
  git.stdin.end(paths.join('\0'));
  const unreadable = (): string => '';
  const [code, stdout, stderr] = await Promise.all([
    exited,
    text(git.stdout).catch(unreadable),
    text(git.stderr).catch(unreadable),
  ]);
  // Git may print letters with accents in another Unicode form than it was given.
  if (code === 0) return new Set(stdout.normalize().split('\0'));
  // Exit code 1 of `git check-ignore`: none of the files is ignored.
  return code === 1 || /not a git repository/i.test(stderr) ? new Set() : undefined;
}
