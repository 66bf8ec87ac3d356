import { spawn, type ChildProcess } from 'node:child_process';
import { taskkillCommand } from './tree.js';

/**
 * Sends a signal to a running process, without waiting: it is also called while this program exits. Windows has no SIGTERM, and
 * its `taskkill` finds no descendants of a process that has exited: there it kills the whole tree.
 * @param signal SIGKILL ends the process itself at once, without its descendants
 */
export function terminateTree(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): void {
  if (process.platform !== 'win32' || signal === 'SIGKILL' || child.pid === undefined) {
    child.kill(signal);
    return;
  }
  const { file, args } = taskkillCommand(child.pid);
  // Detached: it must survive this program.
  const taskkill = spawn(file, args, { detached: true, stdio: 'ignore', windowsHide: true });
  taskkill.on('error', () => child.kill()).unref();
}
