/**
 * Finds what a dead CLI has left where the tag in the environment does not tell: macOS hides the environment of Apple's programs,
 * such as shells. While the CLI runs, its descendants are noted with their start times; after its death, those that are still the
 * same processes are ended.
 */
import type { Logger } from '../../core/log.js';
import { normalizedStartTime, START_TIME } from './processIdentity.js';
import { commandOutput, PS, sendSignal, withDescendants, type TableRow } from './tree.js';

/** A row of the process table. */
export interface ListedProcess extends TableRow {
  /** The id of its process group. */
  readonly group: number;
  /** See `ProcessIdentity`. */
  readonly startTime: string;
}

/** A process that a CLI has started. */
export interface NotedProcess {
  readonly pid: number;
  readonly startTime: string;
  /** Its process group; absent if it is the CLI's, which other programs share. */
  readonly group?: number | undefined;
}

const COLUMNS = 'pid=,ppid=,pgid=,lstart=';
const ROW = new RegExp(`^\\s*(\\d+)\\s+(\\d+)\\s+(\\d+)\\s+(${START_TIME})\\s*$`);

/** The rows that `ps -A -o pid=,ppid=,pgid=,lstart=` prints. Pure. */
export function parsePsTable(listing: string): ListedProcess[] {
  return listing.split('\n').flatMap((line) => {
    const [, pid, parent, group, startTime] = ROW.exec(line) ?? [];
    if (startTime === undefined) return [];
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        startTime: normalizedStartTime(startTime),
      },
    ];
  });
}

/**
 * The noted processes that still run, the other members of their process groups, and the descendants of all. A process is the
 * same if its id and its start time are. While it runs, the id of its group means the same group. Pure.
 */
export function stillRunning(
  noted: readonly NotedProcess[],
  table: readonly ListedProcess[],
): ListedProcess[] {
  const byPid = new Map<number, NotedProcess>();
  for (const each of noted) if (!byPid.has(each.pid)) byPid.set(each.pid, each);
  const same = table.filter(({ pid, startTime }) => byPid.get(pid)?.startTime === startTime);
  const groups = new Set(
    same.filter(({ pid, group }) => byPid.get(pid)?.group === group).map(({ group }) => group),
  );
  const members = table.filter(({ group }) => groups.has(group));
  return withDescendants([...same, ...members], table);
}

/**
 * What is noted of a CLI after a look at the process table: its descendants, and those of earlier looks that still run, also when
 * their parents have exited. Pure.
 * @param cli its process id
 */
export function noteDescendants(
  cli: number,
  before: readonly NotedProcess[],
  table: readonly ListedProcess[],
): readonly NotedProcess[] {
  const root = table.find(({ pid }) => pid === cli);
  // It has exited, or the table cannot be read.
  if (root === undefined) return before;
  const found = new Set([...withDescendants([root], table), ...stillRunning(before, table)]);
  found.delete(root);
  return [...found].map(({ pid, startTime, group }) => ({
    pid,
    startTime,
    ...(group === root.group ? {} : { group }),
  }));
}

/** What ended in the last round may still be listed, and it may have started others meanwhile. */
const MAX_ROUNDS = 5;

async function readTable(): Promise<ListedProcess[]> {
  return parsePsTable(await commandOutput(PS, ['-A', '-o', COLUMNS]));
}

/** Kills the noted processes that still run, with their groups and descendants. Never rejects. */
export async function endNoted(noted: readonly NotedProcess[], log: Logger): Promise<void> {
  const known = [...noted];
  for (let round = 1; known.length > 0 && round <= MAX_ROUNDS; round++) {
    const left = stillRunning(known, await readTable());
    if (left.length === 0) return;
    const pids = left.map(({ pid }) => pid);
    if (round === 1) log.warn(`[cli] pid=${pids.join(',')} outlived the CLI that started it: ending it`);
    for (const pid of pids) sendSignal(pid, 'SIGKILL');
    // Without its group, which may be the CLI's.
    known.push(...left.map(({ pid, startTime }) => ({ pid, startTime })));
  }
}

/** The systems that hide the environment of some programs. */
const HIDING_PLATFORMS: ReadonlySet<NodeJS.Platform> = new Set(['darwin']);

/** The time between two looks while a request is answered. A process that a CLI starts later than the last look is not noted. */
const INTERVAL_MS = 1000;

export interface DescendantNotesOptions {
  readonly log: Logger;
  /** Whether a request is being answered: only then can a CLI start a command. */
  readonly isBusy: () => boolean;
  readonly platform?: NodeJS.Platform;
}

/** Notes the descendants of CLI processes. Does nothing where the tag tells all. */
export class DescendantNotes {
  readonly #options: DescendantNotesOptions;
  readonly #isNeeded: boolean;
  readonly #watched = new Map<number, WatchedCli>();
  #looking = false;

  constructor(options: DescendantNotesOptions) {
    this.#options = options;
    this.#isNeeded = HIDING_PLATFORMS.has(options.platform ?? process.platform);
  }

  /** @param onChange called when other processes are noted than before */
  watch(pid: number, onChange: WatchedCli['onChange']): void {
    if (this.#isNeeded) this.#watched.set(pid, { noted: [], onChange });
  }

  /** Removes a process that was ended with its tree. */
  unwatch(pid: number): void {
    this.#watched.delete(pid);
  }

  /** Removes a process that has exited unexpectedly, and ends what it has left. Never rejects. */
  async endOrphans(pid: number): Promise<void> {
    const { noted = [] } = this.#watched.get(pid) ?? {};
    this.#watched.delete(pid);
    await endNoted(noted, this.#options.log);
  }

  /** Looks at the process table from now on until no request is being answered any more. */
  update(): void {
    if (this.#looking || this.#watched.size === 0 || !this.#options.isBusy()) return;
    this.#looking = true;
    void this.#look(); // never rejects
  }

  async #look(): Promise<void> {
    const table = await readTable();
    for (const [pid, cli] of this.#watched) {
      const noted = noteDescendants(pid, cli.noted, table);
      const hasChanged = keyOf(noted) !== keyOf(cli.noted);
      cli.noted = noted;
      if (hasChanged) cli.onChange(noted);
    }
    // After an answer, one more look finds the commands that still run.
    const isLast = !this.#options.isBusy();
    setTimeout(() => {
      if (isLast || this.#watched.size === 0) this.#looking = false;
      else void this.#look();
      this.update();
    }, INTERVAL_MS).unref();
  }
}

interface WatchedCli {
  noted: readonly NotedProcess[];
  readonly onChange: (noted: readonly NotedProcess[]) => void;
}

function keyOf(noted: readonly NotedProcess[]): string {
  return noted
    .map(({ pid, startTime }) => `${pid} ${startTime}`)
    .sort()
    .join('\n');
}
