/** What tells one process of this machine from every other, also from a later one with the same id. Linux and macOS. */
import { readFile, readlink, stat } from 'node:fs/promises';
import { commandOutput, PS } from './tree.js';

export interface ProcessIdentity {
  readonly pid: number;
  readonly parent: number;
  /** The id of its user. */
  readonly user: number;
  /** When it started, in the form of the system. Together with the id it is unique until the system restarts. */
  readonly startTime: string;
  /** Its command line. On macOS the words of all arguments, because the system does not tell where one ends. */
  readonly command: readonly string[];
  /** The path of the program that runs; absent where the system does not tell. */
  readonly executable?: string;
}

/** The fields after the name in `/proc/PID/stat`, which may contain spaces and parentheses. */
function fieldsAfterName(line: string): string[] {
  return line.slice(line.lastIndexOf(')') + 2).split(' ');
}

/** The parent and the start time (clock ticks since the system started) in `/proc/PID/stat`; `undefined` if it has exited. Pure. */
export function parseStat(line: string): { readonly parent: number; readonly startTime: string } | undefined {
  const fields = fieldsAfterName(line);
  // A process that has exited remains in the list until its parent asks for its status.
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  // Fields 4 and 22 of proc_pid_stat(5); the first one here is field 3.
  return { parent: Number(fields[1]), startTime: fields[19] ?? '' };
}

async function identityInProc(pid: number): Promise<ProcessIdentity | undefined> {
  const folder = `/proc/${pid}`;
  const [line, command, { uid }, executable] = await Promise.all([
    readFile(`${folder}/stat`, 'utf8'),
    readFile(`${folder}/cmdline`, 'utf8'),
    stat(folder),
    readlink(`${folder}/exe`).catch(() => undefined),
  ]);
  const started = parseStat(line);
  if (started === undefined) return undefined;
  return {
    pid,
    ...started,
    user: uid,
    command: command.replace(/\0$/, '').split('\0'),
    ...(executable === undefined ? {} : { executable }),
  };
}

/** The pattern of a start time in the output of `ps -o lstart=`: `Mon Nov  3 09:08:07 2025`. */
export const START_TIME = '\\S+\\s+\\S+\\s+\\S+\\s+\\S+\\s+\\d{4}';

/** A start time of `ps` in one form: it pads days with spaces. Pure. */
export function normalizedStartTime(text: string): string {
  return text.replace(/\s+/g, ' ');
}

const PS_LINE = new RegExp(`^\\s*(\\d+)\\s+(\\d+)\\s+(${START_TIME})\\s+(.*)$`);

/** A line of `ps -o ppid=,uid=,lstart=,command=`; `undefined` if it is not one. Pure. */
export function parsePsLine(pid: number, line: string): ProcessIdentity | undefined {
  const [, parent, user, startTime, command] = PS_LINE.exec(line.trimEnd()) ?? [];
  if (startTime === undefined || command === undefined) return undefined;
  return {
    pid,
    parent: Number(parent),
    user: Number(user),
    startTime: normalizedStartTime(startTime),
    command: command.split(/\s+/),
  };
}

/** The identity of a running process; `undefined` if there is none, or the system does not tell. Never rejects. */
export async function processIdentity(
  pid: number,
  platform: NodeJS.Platform = process.platform,
): Promise<ProcessIdentity | undefined> {
  if (platform === 'win32') return undefined;
  if (platform === 'linux') return identityInProc(pid).catch(() => undefined);
  const columns = 'ppid=,uid=,lstart=,command=';
  const listing = await commandOutput(PS, ['-ww', '-o', columns, '-p', String(pid)]);
  return parsePsLine(pid, listing);
}

/** Whether a command line ends with exactly these arguments. */
export function hasArguments(
  { command }: ProcessIdentity,
  args: readonly string[],
  platform: NodeJS.Platform,
): boolean {
  const wanted = platform === 'linux' ? args : args.join(' ').split(/\s+/);
  const tail = command.slice(-wanted.length);
  return wanted.length > 0 && command.length > wanted.length && tail.every((word, at) => word === wanted[at]);
}

/**
 * Identifies the run of the system, and on Linux the container, in which process ids have their meaning. Never rejects.
 */
export async function systemId(platform: NodeJS.Platform = process.platform): Promise<string> {
  if (platform !== 'linux') return platform;
  const parts = [readFile('/proc/sys/kernel/random/boot_id', 'utf8'), readlink('/proc/self/ns/pid')];
  return (await Promise.all(parts.map((part) => part.catch(() => '')))).join(' ').replace(/\s+/g, ' ');
}
