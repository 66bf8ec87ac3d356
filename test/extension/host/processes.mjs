// The processes that one run has started, however deep, and orphans too.
import { readdirSync, readFileSync } from 'node:fs';

function read(pid, what) {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8');
  } catch {
    // It has ended.
    return '';
  }
}

const ids = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name));

/**
 * Ids of the processes with that program whose environment names that folder. Linux only.
 * @param {string} program the full path
 * @param {string} folder of the run
 */
export function processesOf(program, folder) {
  return ids()
    .filter(
      (pid) => read(pid, 'cmdline').split('\0').includes(program) && read(pid, 'environ').includes(folder),
    )
    .map(Number);
}

/**
 * Ids of the processes that Claude runs by itself, shells and what they start, whose environment names that folder.
 * Linux only.
 * @param {string} folder of the run
 */
export function commandsOf(folder) {
  const ofClaude = (environ) => environ.includes(folder) && environ.split('\0').includes('CLAUDECODE=1');
  return ids()
    .filter((pid) => ofClaude(read(pid, 'environ')))
    .map(Number);
}
