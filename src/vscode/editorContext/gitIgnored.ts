/** Which files Git ignores. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { findGit } from './gitProgram.js';

const WAIT_MS = 2_000;

/**
 * Those of the files that Git ignores in that folder, in Unicode's composed form.
 * @param paths from the folder, with forward slashes
 * @param open all folders that are open: a Git of theirs is not started
 * @returns `undefined` when Git cannot tell: it is not there, too slow, or does not trust the folder
 */
export async function ignoredFiles(
  folder: string,
  paths: readonly string[],
  open: readonly string[],
): Promise<ReadonlySet<string> | undefined> {
  const program = await findGit(process.env['PATH'] ?? '', open);
  if (program === undefined) return undefined;
  // Nothing of the folder runs.
  const args = ['-c', 'core.fsmonitor=false', '-C', folder, 'check-ignore', '-z', '--stdin'];
  const env = { ...process.env, LC_ALL: 'C' };
  const git = spawn(program, args, { env, windowsHide: true, timeout: WAIT_MS });
  const ended = new Promise<number | null>((resolve) => {
    git.once('error', () => resolve(null));
    git.once('close', resolve);
  });
  // A program that ends early, or never begins, says so by its exit code.
  git.stdin.on('error', () => undefined);
  git.stdin.end(paths.join('\0'));
  const unread = (): string => '';
  const [code, ignored, complaint] = await Promise.all([
    ended,
    text(git.stdout).catch(unread),
    text(git.stderr).catch(unread),
  ]);
  // Git may spell letters with accents in another way than it was given.
  if (code === 0) return new Set(ignored.normalize().split('\0'));
  return code === 1 || /not a git repository/i.test(complaint) ? new Set() : undefined;
}
