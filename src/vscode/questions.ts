/**
 * The questions to the person, one at a time, in the order in which they come. Each ends with an answer, with its
 * time, or with the request that it belongs to; whatever shows it is told by a signal. Pure.
 */
import type { Logger } from '../core/log.js';
import type { AskPermission, PermissionAnswer, PermissionRequest } from '../core/permission.js';
import { loggedSubject } from './question.js';

export interface QuestionsOptions {
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

export interface Questions {
  readonly ask: AskPermission;
  /** The one that waits for its answer now. */
  readonly current: PermissionRequest | undefined;
  /** Shows the current one again. */
  showAgain(): void;
}

const OUTCOMES: Readonly<Record<PermissionAnswer, string>> = {
  once: 'allowed once',
  conversation: 'allowed for the conversation',
  deny: 'denied',
};

export function createQuestions({ show, onChange, log, patienceMs }: QuestionsOptions): Questions {
  let current: { readonly request: PermissionRequest; show(): void } | undefined;
  let before: Promise<unknown> = Promise.resolve();
  let asked = 0;

  function ask(request: PermissionRequest, signal: AbortSignal): Promise<PermissionAnswer> {
    asked += 1;
    const name = `[permission] #${asked} ${loggedSubject(request)}`;
    const over = new AbortController();
    return new Promise((resolve) => {
      function settle(answer: PermissionAnswer, outcome = OUTCOMES[answer]): void {
        if (over.signal.aborted) return;
        log.info(`${name}: ${outcome}`);
        over.abort();
        resolve(answer);
      }
      const withdraw = (): void => settle('deny', 'withdrawn, because the request ended');
      if (signal.aborted) return withdraw();
      signal.addEventListener('abort', withdraw, { once: true, signal: over.signal });
      const open = (): void =>
        void show(request, over.signal).then(
          (answer) => answer !== undefined && settle(answer),
          (error: unknown) => settle('deny', `denied, because it could not be shown: ${String(error)}`),
        );
      const present = async (): Promise<void> => {
        if (over.signal.aborted) return;
        log.info(`${name}: asked, for ${request.model}`);
        log.trace(`${name}: ${JSON.stringify(request.input)}`);
        current = { request, show: open };
        onChange();
        const timer = setTimeout(() => settle('deny', 'denied, because nobody answered'), patienceMs);
        await new Promise((done) => {
          over.signal.addEventListener('abort', done, { once: true });
          open();
        });
        clearTimeout(timer);
        current = undefined;
        onChange();
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
