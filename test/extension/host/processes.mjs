// Finds the processes that a test run has started, directly or indirectly, orphans included. Linux only.
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Returns a file in `/proc/PID`; empty if the process no longer exists.
 * @param {string} pid
 * @param {string} file
 */
function readProc(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

const ids = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name));

/**
 * Process ids of a program whose environment contains the folder of the run.
 * @param {string} program absolute path
 * @param {string} folder
 */
export function processesOf(program, folder) {
  return ids()
    .filter(
      (pid) =>
        readProc(pid, 'cmdline').split('\0').includes(program) && readProc(pid, 'environ').includes(folder),
    )
    .map(Number);
}

/**
 * Process ids of the commands that Claude runs (shells and their children) whose environment contains the folder of the
 * run. The CLI sets CLAUDECODE=1 for them.
 * @param {string} folder
 */
export function commandsOf(folder) {
  const isCommand = (/** @type {string} */ environ) =>
    environ.includes(folder) && environ.split('\0').includes('CLAUDECODE=1');
  return ids()
    .filter((pid) => isCommand(readProc(pid, 'environ')))
    .map(Number);
}
