/** Tells what happens to people and to `when` clauses: status bar, log, context keys, and messages where one must act. */
import { commands, Disposable, EventEmitter, type Event, type ExtensionContext } from 'vscode';
import type { ErrorKind } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import type { RequestRecord } from '../../server/server.js';
import type { History } from '../activity/history.js';
import { createActivityView } from '../activity/view.js';
import { createAddressBook, type AddressBook } from './address.js';
import {
  PERMISSION_PENDING_KEY,
  milestoneKey,
  OWN_CLIENT,
  STATE_CONTEXT_KEY,
  WALKTHROUGH,
} from '../platform/names.js';
import { showFailure, showProblem } from './notifications.js';
import { logRequest } from '../platform/output.js';
import { provedBy, provedByRequest, STEPS, type Milestone } from './milestones.js';
import { noticeOf } from './problemNotice.js';
import type { StateName, Status } from '../lifecycle/status.js';
import { createStatusBar } from './statusBar.js';
import { watchSessionSummary, type SessionSummaryWatch } from './sessionSummary.js';
import type { Token } from '../platform/token.js';
import type { WorkspaceLane } from '../workspaceLane.js';

export interface StatusPresenter extends Disposable {
  readonly addresses: AddressBook;
  readonly surroundings: SessionSummaryWatch;
  show(status: Status): void;
  /** Fires when a status was shown. */
  readonly onChange: Event<void>;
  /** A request is over. */
  request(record: RequestRecord): void;
}

export interface StatusPresenterOptions {
  readonly token: Pick<Token, 'current' | 'onChange'>;
  readonly lane: Pick<WorkspaceLane, 'permissionRequest' | 'onChange'>;
  readonly history: History;
  readonly log: Logger;
  readonly context: Pick<ExtensionContext, 'globalState' | 'extension'>;
}

/** In the memory of all windows: problems of the set-up are not told unasked. */
const QUIET = 'problems.quiet';

export function createStatusPresenter({
  token,
  lane,
  history,
  log,
  context,
}: StatusPresenterOptions): StatusPresenter {
  const statusBar = createStatusBar();
  const changed = new EventEmitter<void>();
  const addresses = createAddressBook();
  const surroundings = watchSessionSummary(token, history, addresses);
  const reached = new Set<Milestone>();
  const told = new Set<ErrorKind>();
  let shown: StateName | undefined;
  let last: Status = { state: 'stopped' };
  const apply = (): void =>
    statusBar.show(last, { ...surroundings.current, asks: lane.permissionRequest !== undefined });
  const subscription = Disposable.from(
    statusBar,
    changed,
    addresses,
    surroundings,
    createActivityView(history),
    surroundings.onChange(apply),
    lane.onChange(() => {
      apply();
      // Not waited for: the keys are set in order.
      void commands.executeCommand(
        'setContext',
        PERMISSION_PENDING_KEY,
        lane.permissionRequest !== undefined,
      );
    }),
  );

  function reach(milestones: readonly Milestone[]): void {
    for (const milestone of milestones) {
      if (reached.has(milestone)) continue;
      reached.add(milestone);
      const step = `${context.extension.id}#${WALKTHROUGH}#${STEPS[milestone]}`;
      // Neither is waited for: nothing depends on when a step is ticked.
      void commands.executeCommand('setContext', milestoneKey(milestone), true);
      // VS Code overlooks keys that were set before it had read the walkthrough. Its own command for a click on a step's
      // box comes through: it keeps what it is told, and complains of a step that it does not know yet.
      commands.executeCommand('welcome.markStepComplete', step).then(undefined, () => undefined);
    }
  }

  async function tell(status: Status): Promise<void> {
    const notice = context.globalState.get(QUIET) === true ? undefined : noticeOf(status, told);
    if (notice === undefined) return;
    told.add(notice.problem.kind);
    if (await showProblem(notice)) await context.globalState.update(QUIET, true);
  }

  const display: StatusPresenter = {
    addresses,
    surroundings,
    onChange: changed.event,
    show(status) {
      last = status;
      apply();
      changed.fire();
      reach(provedBy(status));
      // Waits for a person, and nobody for it.
      void tell(status);
      if (status.state === shown) return;
      shown = status.state;
      // Neither is waited for: the key is set in order, and the message waits for a person.
      void commands.executeCommand('setContext', STATE_CONTEXT_KEY, status.state);
      if (status.state === 'failed') void showFailure(status);
    },
    request(record) {
      logRequest(log, record);
      reach(provedByRequest(record, OWN_CLIENT));
    },
    dispose: () => void subscription.dispose(),
  };
  display.show(last);
  return display;
}
