import { spawn, type ChildProcess } from 'node:child_process';
import { COMMAND_TIMEOUT_MS, taskkillCommand } from './tree.js';

/**
 * Sends a signal to a running process, at once: it is also called while this program exits. Windows has no SIGTERM, and its
 * `taskkill` finds no descendants of a process that has exited: there it kills the whole tree.
 * @param signal SIGKILL ends the process itself at once, without its descendants
 * @returns resolves when the signal is sent; on Windows, when the whole tree is killed, or after ten seconds. Never rejects.
 */
export function terminateTree(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
  if (process.platform !== 'win32' || signal === 'SIGKILL' || child.pid === undefined) {
    child.kill(signal);
    return Promise.resolve();
  }
  const { file, args } = taskkillCommand(child.pid);
  // Detached: it must survive this program.
  const taskkill = spawn(file, args, { detached: true, stdio: 'ignore', windowsHide: true });
  taskkill.unref();
  return new Promise((resolve) => {
    setTimeout(resolve, COMMAND_TIMEOUT_MS).unref();
    taskkill.once('exit', () => resolve());
    taskkill.once('error', () => {
      child.kill();
      resolve();
    });
  });
}
