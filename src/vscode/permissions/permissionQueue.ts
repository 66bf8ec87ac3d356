/** Shows permission requests to the user one at a time, in the order of arrival. Pure. */
import type { Logger } from '../../core/log.js';
import type { AskPermission, PermissionAnswer, PermissionRequest } from '../../core/permission.js';
import { loggedSubject } from './permissionText.js';

export interface PermissionQueueOptions {
  /**
   * Shows a permission request, possibly again. Resolves to the answer; to `undefined`, or never, without one.
   * @param nextCommand waits for an answer that the user gives with a command
   * @param closed aborted once the request is settled; later answers are ignored
   */
  show(
    request: PermissionRequest,
    nextCommand: () => Promise<PermissionAnswer>,
    closed: AbortSignal,
  ): Promise<PermissionAnswer | undefined>;
  /** Called after `pending` has changed. */
  onChange(): void;
  readonly log: Logger;
  /** How long a request that is shown waits for the answer. Milliseconds. */
  readonly timeoutMs: number;
}

export interface PermissionQueue {
  readonly ask: AskPermission;
  /** The requests without an answer. The first one is shown to the user, the others wait. */
  readonly pending: readonly PermissionRequest[];
  /** Shows the first request again. */
  showAgain(): void;
  /**
   * Gives the user's answer to the first request.
   * @param label of the chat that the user answered; ignored when the first request belongs to another one
   */
  answer(answer: PermissionAnswer, label?: string): void;
}

interface ShownRequest {
  readonly request: PermissionRequest;
  show(): void;
  command(answer: PermissionAnswer): void;
}

export function createPermissionQueue(options: PermissionQueueOptions): PermissionQueue {
  const pending: PermissionRequest[] = [];
  let current: ShownRequest | undefined;
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
      pending.push(request);
      closed.signal.addEventListener('abort', () => {
        pending.splice(pending.indexOf(request), 1);
        options.onChange();
      });
      let command = (_answer: PermissionAnswer): void => undefined;
      const show = (): void => {
        const nextCommand = () => new Promise<PermissionAnswer>((give) => (command = give));
        void options.show(request, nextCommand, closed.signal).then(
          (answer) => answer !== undefined && settle(answer),
          (error: unknown) => denyWithoutAnswer(`could not be shown, ${String(error)}`),
        );
      };
      const showUntilClosed = async (): Promise<void> => {
        if (closed.signal.aborted) return;
        logEvent(`asked (${request.model})`);
        current = { request, show, command: (answer) => command(answer) };
        options.onChange();
        const timer = setTimeout(() => denyWithoutAnswer('timed out without an answer'), options.timeoutMs);
        await new Promise((done) => {
          closed.signal.addEventListener('abort', done, { once: true });
          show();
        });
        clearTimeout(timer);
        current = undefined;
      };
      previous = previous.then(showUntilClosed);
      options.onChange();
    });
  }

  return {
    ask,
    get pending() {
      return pending;
    },
    showAgain: () => current?.show(),
    answer(answer, label) {
      if (label === undefined || label === current?.request.label) current?.command(answer);
    },
  };
}
