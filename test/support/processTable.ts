/** Processes as Linux shows them in `/proc`. On other systems, tests that need it are skipped. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

export const HAS_PROCESS_TABLE = process.platform === 'linux';

/** Processes whose working directory is that folder. Zombies have none. */
export function processesIn(folder: string): number[] {
  return processes().filter((pid) => attempt(() => readlinkSync(`/proc/${pid}/cwd`)) === folder);
}

/** The children of a process in that folder: a server's CLI processes, without the processes that these start. */
export function childrenIn(folder: string, parent: number): number[] {
  return processesIn(folder).filter((pid) => parentOf(pid) === parent);
}

/** The command line and environment of a CLI process, as the kernel reports them. */
export interface Launch {
  /** The arguments, each followed by NUL. */
  readonly command: string;
  /** The variables, each followed by NUL. */
  readonly environment: string;
}

/** `undefined` when the process has exited or has not executed the CLI yet: after a fork it still is a copy of its parent. */
export function launchOf(pid: number): Launch | undefined {
  return attempt(() => {
    const [command, environment] = ['cmdline', 'environ'].map((file) =>
      readFileSync(`/proc/${pid}/${file}`, 'utf8'),
    );
    return command?.includes('--input-format') ? { command, environment: environment ?? '' } : undefined;
  });
}

/** Processes, zombies excluded, whose environment has that entry (`NAME=value`). */
export function processesWith(entry: string): number[] {
  return processes().filter(
    (pid) =>
      attempt(() => readFileSync(`/proc/${pid}/environ`, 'utf8'))
        ?.split('\0')
        .includes(entry) === true,
  );
}

/** Whether a process exists, perhaps as a zombie. */
export function isInTable(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

/** The letter of a process's state, such as `T` for stopped; `undefined` when it does not exist. */
export function stateOf(pid: number): string | undefined {
  const status = attempt(() => readFileSync(`/proc/${pid}/status`, 'utf8')) ?? '';
  return /^State:\s+(\w)/m.exec(status)?.[1];
}

/** The zombies among the children of a process. */
export function zombiesOf(parent: number): number[] {
  return processes().filter((pid) => parentOf(pid) === parent && stateOf(pid) === 'Z');
}

/** The number of open files, sockets and pipes of a process. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** The resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** Counts CLI processes repeatedly. `stop` returns the highest number. */
export function watchChildrenIn(folder: string, parent: number, everyMs = 25): { stop(): number } {
  let most = 0;
  const look = (): void => {
    most = Math.max(most, childrenIn(folder, parent).length);
  };
  const timer = setInterval(look, everyMs).unref();
  return {
    stop() {
      clearInterval(timer);
      look();
      return most;
    },
  };
}

function parentOf(pid: number): number | undefined {
  const status = attempt(() => readFileSync(`/proc/${pid}/status`, 'utf8')) ?? '';
  return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
}

function processes(): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** `undefined` when the process has exited meanwhile, or belongs to another user. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
