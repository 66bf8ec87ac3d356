/**
 * The watchdog's program on Windows, and what it decides. The CLI dies together with this program there: Node puts its child
 * processes, but not the descendants of these, into a job object that the system ends with it. `taskkill` then finds no tree.
 * So the program looks for processes whose recorded parent is one that it watched.
 */

/** A process in the list of the system. Times in milliseconds since 1970. */
interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly startedAt: number;
}

/** A process whose descendants are to end. Its id may have had another meaning before, and may get one afterwards. */
interface WatchedProcess {
  readonly pid: number;
  /** Not later than it started. */
  readonly startedAt: number;
  /** Not earlier than it exited. */
  readonly endedAt: number;
}

/**
 * The processes to kill: the watched one if it is still running, and its descendants. Pure. Its source is a part of the
 * program, so it uses nothing from outside.
 */
export function processesToKill(watched: WatchedProcess, listed: readonly ListedProcess[]): number[] {
  const found = listed.filter(
    ({ pid, startedAt }) =>
      pid === watched.pid && startedAt >= watched.startedAt && startedAt <= watched.endedAt,
  );
  const parents = [watched];
  for (let parent = parents.pop(); parent !== undefined; parent = parents.pop()) {
    for (const child of listed) {
      const isChild =
        child.parent === parent.pid &&
        child.pid !== watched.pid &&
        child.startedAt >= parent.startedAt &&
        child.startedAt <= parent.endedAt &&
        !found.includes(child);
      if (!isChild) continue;
      found.push(child);
      parents.push({ pid: child.pid, startedAt: child.startedAt, endedAt: Infinity });
    }
  }
  return found.map(({ pid }) => pid);
}

/**
 * Prints a line of `pid parent start` for each process; the start in units of 100 ns since 1601. Every version of Windows that
 * VS Code supports has PowerShell. Uses only what its restricted language mode allows.
 */
const LIST =
  'Get-CimInstance Win32_Process | Where-Object CreationDate | ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId) $($_.CreationDate.ToFileTimeUtc())" }';
/** From 1601 to 1970. */
const EPOCH_MS = 11_644_473_600_000;

/**
 * Reads lines until its stdin closes: `+ PID` for a process that has just started, `- PID` for one whose tree has ended, and
 * `! PID` for one that has exited without its tree. Ends what is left of the last, and at the close of all that are listed.
 */
export const WINDOWS_SCRIPT = `
const { execFile } = require('node:child_process');
const { join } = require('node:path');
const processesToKill = ${processesToKill.toString()};
const system = join(process.env.SystemRoot || 'C:\\\\Windows', 'System32');
const run = (file, args) => new Promise((resolve) => {
  const options = { timeout: 10_000, windowsHide: true, maxBuffer: 1e8 };
  execFile(join(system, ...file), args, options, (_error, stdout) => resolve(stdout));
});
const CLOCK_STEP_MS = 2000;
const started = new Map();
async function end(pids) {
  if (pids.length === 0) return;
  const watched = pids.map((pid) => ({ pid: Number(pid), startedAt: started.get(pid), endedAt: Date.now() }));
  for (const pid of pids) started.delete(pid);
  const args = ['-NoProfile', '-NonInteractive', '-Command', ${JSON.stringify(LIST)}];
  const output = await run(['WindowsPowerShell', 'v1.0', 'powershell.exe'], args);
  const listed = output.split('\\n').map((line) => line.trim().split(' ').map(Number))
    .map(([pid, parent, start]) => ({ pid, parent, startedAt: start / 10_000 - ${EPOCH_MS} }));
  const found = [...new Set(watched.flatMap((each) => processesToKill(each, listed)))];
  // Without a list, the processes themselves may still be running.
  const doomed = output === '' ? watched.map(({ pid }) => pid) : found;
  const list = doomed.flatMap((pid) => ['/PID', String(pid)]);
  if (list.length > 0) await run(['taskkill.exe'], ['/T', '/F', ...list]);
}
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const [op, pid] = line.split(' ');
  if (op === '+') started.set(pid, Date.now() - CLOCK_STEP_MS);
  else if (op === '-') started.delete(pid);
  else if (started.has(pid)) void end([pid]);
}).on('close', () => void end([...started.keys()]));
`;
