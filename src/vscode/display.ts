/** Tells a status to people: status bar, context key, and a message when nothing can be served. */
import { commands, EventEmitter, type Disposable, type Event } from 'vscode';
import type { History } from './activity/history.js';
import { createActivityView } from './activity/view.js';
import { createAddressBook, type AddressBook } from './address.js';
import { STATE_CONTEXT_KEY } from './names.js';
import { showFailure } from './notifications.js';
import type { StateName, Status } from './status.js';
import { createStatusBar } from './statusBar.js';
import { watchSurroundings, type SurroundingsWatch } from './surroundings.js';
import type { Token } from './token.js';

export interface Display extends Disposable {
  readonly addresses: AddressBook;
  readonly surroundings: SurroundingsWatch;
  show(status: Status): void;
  /** Fires when a status was shown. */
  readonly onChange: Event<void>;
}

export function createDisplay(token: Pick<Token, 'current' | 'onChange'>, history: History): Display {
  const changed = new EventEmitter<void>();
  const addresses = createAddressBook();
  const surroundings = watchSurroundings(token, history, addresses);
  const statusBar = createStatusBar();
  const activity = createActivityView(history);
  let shown: StateName | undefined;
  let last: Status = { state: 'stopped' };
  const subscription = surroundings.onChange(() => statusBar.show(last, surroundings.current));
  const display: Display = {
    addresses,
    surroundings,
    onChange: changed.event,
    show(status) {
      last = status;
      changed.fire();
      statusBar.show(status, surroundings.current);
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
      changed.dispose();
      surroundings.dispose();
      addresses.dispose();
    },
  };
  display.show(last);
  return display;
}
