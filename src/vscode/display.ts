/** Tells a status to people: status bar, context keys, and a message when nothing can be served. */
import { commands, Disposable } from 'vscode';
import { ASKS_CONTEXT_KEY, STATE_CONTEXT_KEY } from './names.js';
import { showFailure } from './notifications.js';
import type { StateName, Status } from './status.js';
import { createStatusBar } from './statusBar.js';
import type { Token } from './token.js';
import type { WorkspaceLane } from './workspaceLane.js';

export interface Display extends Disposable {
  show(status: Status): void;
}

export function createDisplay(
  token: Pick<Token, 'current' | 'onChange'>,
  lane: Pick<WorkspaceLane, 'question' | 'onChange'>,
): Display {
  const statusBar = createStatusBar();
  let shown: StateName | undefined;
  let last: Status = { state: 'stopped' };
  const apply = (): void =>
    statusBar.show(last, { secured: token.current !== undefined, asks: lane.question !== undefined });
  const subscription = Disposable.from(
    statusBar,
    token.onChange(apply),
    lane.onChange(() => {
      apply();
      // Not waited for: the keys are set in order.
      void commands.executeCommand('setContext', ASKS_CONTEXT_KEY, lane.question !== undefined);
    }),
  );
  const display: Display = {
    show(status) {
      last = status;
      apply();
      if (status.state === shown) return;
      shown = status.state;
      // Neither is waited for: the key is set in order, and the message waits for a person.
      void commands.executeCommand('setContext', STATE_CONTEXT_KEY, status.state);
      if (status.state === 'failed') void showFailure(status);
    },
    dispose: () => void subscription.dispose(),
  };
  display.show(last);
  return display;
}
