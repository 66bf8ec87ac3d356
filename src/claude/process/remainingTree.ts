/** Ends what an ended process has left of its tree: a script that starts the CLI without `exec` dies before the CLI does. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../core/log.js';
import { hasArguments, processIdentity, type ProcessIdentity } from './processIdentity.js';
import { descendantsOf, killTree } from './tree.js';

/** How often the processes that are ending are looked at. Milliseconds. */
const CHECK_MS = 50;

export interface RemainingTreeOptions {
  /** The arguments of the CLI. */
  readonly args: readonly string[];
  readonly log: Logger;
  readonly platform?: NodeJS.Platform;
}

/** The descendants of a process at one moment. */
export class RemainingTree {
  readonly #members: readonly ProcessIdentity[];
  readonly #options: RemainingTreeOptions;
  readonly #platform: NodeJS.Platform;

  private constructor(members: readonly ProcessIdentity[], options: RemainingTreeOptions) {
    this.#members = members;
    this.#options = options;
    this.#platform = options.platform ?? process.platform;
  }

  /** Reads the descendants that a process has now. Never rejects. */
  static async of(root: number, options: RemainingTreeOptions): Promise<RemainingTree> {
    const pids = await descendantsOf(root, options.platform);
    const members = await Promise.all(pids.map((pid) => processIdentity(pid, options.platform)));
    return new RemainingTree(
      members.filter((member) => member !== undefined),
      options,
    );
  }

  /** Sends SIGTERM to the CLI behind a script. It ends the commands that it runs. */
  terminateCli(): void {
    for (const member of this.#members) {
      if (hasArguments(member, this.#options.args, this.#platform)) terminate(member.pid);
    }
  }

  /**
   * Waits until all members have exited, and then kills those that have not. Never rejects.
   * @param graceMs how long they may take, milliseconds
   */
  async end(graceMs: number): Promise<void> {
    const deadline = performance.now() + graceMs;
    let left = await this.#running();
    while (left.length > 0 && performance.now() < deadline) {
      await delay(CHECK_MS);
      left = await this.#running();
    }
    for (const { pid } of left) {
      this.#options.log.warn(`[cli] pid=${pid} outlived the CLI that started it: killing it`);
      await killTree(pid, this.#platform).catch(() => undefined);
    }
  }

  /** The members that are the same processes as before; an id may be used again. */
  async #running(): Promise<readonly ProcessIdentity[]> {
    const now = await Promise.all(this.#members.map(({ pid }) => processIdentity(pid, this.#platform)));
    return this.#members.filter((member, at) => now[at]?.startTime === member.startTime);
  }
}

function terminate(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has exited already.
  }
}
