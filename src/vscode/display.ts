/** Tells a status to people: status bar, context key, and a message when nothing can be served. */
import { commands, type Disposable } from 'vscode';
import type { History } from './activity/history.js';
import { createActivityView } from './activity/view.js';
import { STATE_CONTEXT_KEY } from './names.js';
import { showFailure } from './notifications.js';
import type { StateName, Status } from './status.js';
import { createStatusBar } from './statusBar.js';
import type { Token } from './token.js';

export interface Display extends Disposable {
  show(status: Status): void;
}

export function createDisplay(token: Pick<Token, 'current' | 'onChange'>, history: History): Display {
  const statusBar = createStatusBar();
  const activity = createActivityView(history);
  let shown: StateName | undefined;
  let last: Status = { state: 'stopped' };
  const subscription = token.onChange(() => statusBar.show(last, token.current !== undefined));
  const display: Display = {
    show(status) {
      last = status;
      statusBar.show(status, token.current !== undefined);
      if (status.state === shown) return;
      shown = status.state;
      // Neither is waited for: the key is set in order, and the message waits for a person.
      void commands.executeCommand('setContext', STATE_CONTEXT_KEY, status.state);
      if (status.state === 'failed') void showFailure(status);
    },
    dispose() {
      subscription.dispose();
      statusBar.dispose();
      activity.dispose();
    },
  };
  display.show(last);
  return display;
}
