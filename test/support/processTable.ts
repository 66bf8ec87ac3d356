/** What Linux tells about processes. Elsewhere there is no `/proc`, and tests that need it say so. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

export const HAS_PROCESS_TABLE = process.platform === 'linux';

/** Processes that work in that folder; zombies work nowhere. */
export function processesIn(folder: string): number[] {
  return processes().filter((pid) => attempt(() => readlinkSync(`/proc/${pid}/cwd`)) === folder);
}

/** The CLI's processes of one program: its children in that folder. What the CLI itself starts there is not among them. */
export function childrenIn(folder: string, parent: number): number[] {
  return processesIn(folder).filter((pid) => parentOf(pid) === parent);
}

/** What a process of the CLI was started with, as the kernel tells it. */
export interface Launch {
  /** Each argument with a NUL behind it. */
  readonly command: string;
  /** Each variable with a NUL behind it. */
  readonly environment: string;
}

/** `undefined` when the process is gone, or is no CLI yet: between its fork and its exec it is still its parent. */
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

/** Whether a process exists or, being dead, waits for its parent to take notice. */
export function isInTable(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

/** The letter of a process's state: `T` when it was stopped; `undefined` when it is gone. */
export function stateOf(pid: number): string | undefined {
  const status = attempt(() => readFileSync(`/proc/${pid}/status`, 'utf8')) ?? '';
  return /^State:\s+(\w)/m.exec(status)?.[1];
}

/** Children of a process that have ended without its having taken notice. */
export function zombiesOf(parent: number): number[] {
  return processes().filter((pid) => parentOf(pid) === parent && stateOf(pid) === 'Z');
}

/** How many files, sockets and pipes a process has open. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** Watches, until told to stop, how many processes of the CLI there are at once. */
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

/** Processes end while one looks at them, and others are not ours to look at. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
