/**
 * The questions to the person, one at a time, in the order in which they come. Each ends with an answer, with its
 * time, or with the request that it belongs to; whatever shows it is told by a signal. Pure.
 */
import type { Logger } from '../../core/log.js';
import type { AskPermission, PermissionAnswer, PermissionRequest } from '../../core/permission.js';
import { loggedSubject } from './permissionText.js';

export interface PermissionQueueOptions {
  /**
   * Shows a question, perhaps not for the first time, until the signal: from then on no answer counts.
   * Resolves to `undefined` when it was put aside without an answer.
   */
  show(request: PermissionRequest, over: AbortSignal): Promise<PermissionAnswer | undefined>;
  /** `current` has changed. */
  onChange(): void;
  readonly log: Logger;
  /** How long a question waits for its answer from when it is shown. Milliseconds. */
  readonly patienceMs: number;
}

export interface PermissionQueue {
  readonly ask: AskPermission;
  /** The one that waits for its answer now. */
  readonly current: PermissionRequest | undefined;
  /** Shows the current one again. */
  showAgain(): void;
}

export function createPermissionQueue(options: PermissionQueueOptions): PermissionQueue {
  let current: { readonly request: PermissionRequest; show(): void } | undefined;
  let before: Promise<unknown> = Promise.resolve();

  function ask(request: PermissionRequest, signal: AbortSignal): Promise<PermissionAnswer> {
    const subject = loggedSubject(request);
    const note = (what: string): void => options.log.info(`[permission] ${what}: ${subject}`);
    const over = new AbortController();
    return new Promise((resolve) => {
      const settle = (answer: PermissionAnswer): void => {
        over.abort();
        resolve(answer);
      };
      /** No answer is a denial. What a person answers is logged where it is obeyed. */
      const giveUp = (why: string): void => {
        if (over.signal.aborted) return;
        note(why);
        settle('deny');
      };
      const withdraw = (): void => giveUp('withdrawn, because the request has ended');
      if (signal.aborted) return withdraw();
      signal.addEventListener('abort', withdraw, { once: true, signal: over.signal });
      const open = (): void =>
        void options.show(request, over.signal).then(
          (answer) => answer !== undefined && settle(answer),
          (error: unknown) => giveUp(`could not be shown, ${String(error)}`),
        );
      const present = async (): Promise<void> => {
        if (over.signal.aborted) return;
        note(`asked (${request.model})`);
        current = { request, show: open };
        options.onChange();
        const timer = setTimeout(() => giveUp('nobody answered in time'), options.patienceMs);
        await new Promise((done) => {
          over.signal.addEventListener('abort', done, { once: true });
          open();
        });
        clearTimeout(timer);
        current = undefined;
        options.onChange();
      };
      before = before.then(present);
    });
  }

  return {
    ask,
    get current() {
      return current?.request;
    },
    showAgain: () => current?.show(),
  };
}
