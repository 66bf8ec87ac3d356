/** Makes sure that no CLI process outlives this program, and that nothing which one has started outlives it. */
import type { Logger } from '../../core/log.js';
import { endLeftoverProcesses, endOrphanedProcesses } from './leftoverProcesses.js';
import { DescendantNotes } from './notedDescendants.js';
import type { ClaudeProcess } from './process.js';
import { recordProcess } from './processRecords.js';
import { Watchdog } from './watchdog.js';

export interface ProcessKeeperOptions {
  readonly log: Logger;
  /** Whether a request is being answered. */
  readonly isBusy: () => boolean;
  readonly platform?: NodeJS.Platform;
}

/** A CLI process that has just been started. */
export interface KeptProcess {
  readonly process: ClaudeProcess;
  /** The path of the program. */
  readonly file: string;
  readonly args: readonly string[];
  /** Its tag in the environment: see `newProcessTag`. */
  readonly tag: string;
}

export class ProcessKeeper {
  readonly #log: Logger;
  readonly #watchdog: Watchdog;
  readonly #notes: DescendantNotes;
  /** Running clean-ups after processes that have ended. */
  readonly #cleanups = new Set<Promise<void>>();

  /** Also ends what a server that was killed has left behind. */
  constructor(options: ProcessKeeperOptions) {
    const { log } = options;
    this.#log = log;
    this.#watchdog = new Watchdog(log);
    this.#notes = new DescendantNotes(options);
    void endLeftoverProcesses(log); // never rejects
  }

  /** Takes care of a process until it has ended and nothing of it is left. */
  keep({ process, file, args, tag }: KeptProcess): void {
    const { pid } = process;
    if (pid === undefined) return;
    this.#watchdog.watch(pid);
    const recorded = recordProcess({ pid, file, args });
    recorded.catch(() => undefined); // reported when the process ends
    this.#notes.watch(pid, (noted) => {
      // An earlier record is still true, so a failure is no error.
      void recorded.then((record) => record.note(noted)).catch(() => undefined);
    });
    this.update();
    // Never rejects.
    void process.ended.then(({ requested }) => {
      if (requested) {
        this.#watchdog.unwatch(pid);
        this.#notes.unwatch(pid);
      } else {
        this.#watchdog.endOrphans(pid);
        this.#cleanUp(this.#notes.endOrphans(pid));
        this.#cleanUp(endOrphanedProcesses(tag, this.#log));
      }
      this.#cleanUp(this.#removeRecord(pid, recorded));
    });
  }

  /** To be called when a request starts or ends. */
  update(): void {
    this.#notes.update();
  }

  /** Waits for the clean-ups, then ends the watchdog. Never rejects. */
  async close(): Promise<void> {
    await Promise.all(this.#cleanups);
    this.#watchdog.close();
  }

  /** Lets the watchdog end the processes that still run. For when this program exits. */
  closeNow(): void {
    this.#watchdog.close();
  }

  /** Never rejects. */
  async #removeRecord(pid: number, recorded: ReturnType<typeof recordProcess>): Promise<void> {
    try {
      const record = await recorded;
      await record.remove();
    } catch (error) {
      this.#log.warn(`[cli] pid=${pid} is not recorded: ${String(error)}`);
    }
  }

  #cleanUp(work: Promise<void>): void {
    const cleanup = work.then(() => void this.#cleanups.delete(cleanup));
    this.#cleanups.add(cleanup);
  }
}
