/** Shows permission requests to the user one at a time, in the order of arrival. Pure. */
import type { Logger } from '../../core/log.js';
import type { AskPermission, PermissionAnswer, PermissionRequest } from '../../core/permission.js';
import { loggedSubject } from './permissionText.js';

export interface PermissionQueueOptions {
  /**
   * Shows a permission request, possibly again. Resolves to `undefined` when the user dismissed it without an answer.
   * @param closed aborted once the request is settled; later answers are ignored
   */
  show(request: PermissionRequest, closed: AbortSignal): Promise<PermissionAnswer | undefined>;
  /** Called after `current` has changed. */
  onChange(): void;
  readonly log: Logger;
  /** How long a request that is shown waits for the answer. Milliseconds. */
  readonly timeoutMs: number;
}

export interface PermissionQueue {
  readonly ask: AskPermission;
  /** The request that waits for the user's answer. */
  readonly current: PermissionRequest | undefined;
  /** Shows the current request again. */
  showAgain(): void;
}

export function createPermissionQueue(options: PermissionQueueOptions): PermissionQueue {
  let current: { readonly request: PermissionRequest; show(): void } | undefined;
  let previous: Promise<unknown> = Promise.resolve();

  function ask(request: PermissionRequest, signal: AbortSignal): Promise<PermissionAnswer> {
    const subject = loggedSubject(request);
    const logEvent = (event: string): void => options.log.info(`[permission] ${event}: ${subject}`);
    const closed = new AbortController();
    return new Promise((resolve) => {
      const settle = (answer: PermissionAnswer): void => {
        closed.abort();
        resolve(answer);
      };
      /** The user's own answers are logged where they are carried out. */
      const denyWithoutAnswer = (reason: string): void => {
        if (closed.signal.aborted) return;
        logEvent(reason);
        settle('deny');
      };
      const withdraw = (): void => denyWithoutAnswer('withdrawn, because the request has ended');
      if (signal.aborted) return withdraw();
      signal.addEventListener('abort', withdraw, { once: true, signal: closed.signal });
      const show = (): void =>
        void options.show(request, closed.signal).then(
          (answer) => answer !== undefined && settle(answer),
          (error: unknown) => denyWithoutAnswer(`could not be shown, ${String(error)}`),
        );
      const showUntilClosed = async (): Promise<void> => {
        if (closed.signal.aborted) return;
        logEvent(`asked (${request.model})`);
        current = { request, show };
        options.onChange();
        const timer = setTimeout(() => denyWithoutAnswer('timed out without an answer'), options.timeoutMs);
        await new Promise((done) => {
          closed.signal.addEventListener('abort', done, { once: true });
          show();
        });
        clearTimeout(timer);
        current = undefined;
        options.onChange();
      };
      previous = previous.then(showUntilClosed);
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
