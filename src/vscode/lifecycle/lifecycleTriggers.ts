/** What makes the controller act without a command: activation, changes of its configuration, window focus, exit. */
import { Disposable, window, type Event } from 'vscode';
import type { Controller } from './controller.js';

/**
 * Refreshes the controller when one of the events fires. Checks the CLI again when the window gets the focus
 * or a terminal closes.
 */
export function refreshOnChange(controller: Controller, events: readonly Event<void>[]): Disposable {
  return Disposable.from(
    // Not awaited: the controller reports the result through its status.
    ...events.map((event) => event(() => void controller.refresh())),
    // The user may be back from installing the CLI or signing in, in a terminal or a browser.
    window.onDidChangeWindowState(({ focused }) => {
      if (focused) controller.recheck();
    }),
    // The user may have done the same in a terminal of this window.
    window.onDidCloseTerminal(() => controller.recheck()),
  );
}

/**
 * Starts the endpoint after `activate` has returned, so that activation stays fast. Kills what still runs when the
 * extension host exits without having awaited `deactivate`.
 */
export function startAfterActivation(controller: Controller, autoStart: boolean): Disposable {
  const pendingStart = autoStart ? setImmediate(() => void controller.start()) : undefined;
  const killNow = (): void => controller.killNow();
  process.once('exit', killNow);
  return new Disposable(() => {
    if (pendingStart !== undefined) clearImmediate(pendingStart);
    process.off('exit', killNow);
  });
}
