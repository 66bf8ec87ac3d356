/** What makes the controller act without a command: the end of activation, changes, and the end of the host. */
import { Disposable, window, type Event } from 'vscode';
import type { Controller } from './controller.js';

/** Brings the controller up to date whenever one of the events fires, and when the window gets the focus. */
export function refreshOnChange(controller: Controller, events: readonly Event<void>[]): Disposable {
  return Disposable.from(
    // The controller reports through its status; nothing waits for it here.
    ...events.map((event) => event(() => void controller.refresh())),
    // A person who just signed in or installed the CLI comes back from a terminal or a browser.
    window.onDidChangeWindowState(({ focused }) => {
      if (focused) controller.recheck();
    }),
  );
}

/**
 * Starts the endpoint once `activate` has returned, which keeps activation short. When the host exits without
 * having waited for `deactivate`, what still runs is killed.
 */
export function startAfterActivation(controller: Controller, autoStart: boolean): Disposable {
  const begin = autoStart ? setImmediate(() => void controller.start()) : undefined;
  const killNow = (): void => controller.killNow();
  process.once('exit', killNow);
  return new Disposable(() => {
    if (begin !== undefined) clearImmediate(begin);
    process.off('exit', killNow);
  });
}
