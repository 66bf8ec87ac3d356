/** Shows the status to the user and to `when` clauses: status bar, log, context keys and notifications. */
import { commands, Disposable, EventEmitter, type Event, type ExtensionContext } from 'vscode';
import type { ErrorKind } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import type { PermissionRequest } from '../../core/permission.js';
import type { RequestRecord } from '../../server/server.js';
import type { History } from '../activity/history.js';
import { createAddressBook, type AddressBook } from './address.js';
import {
  CONVERSATION_OFFERED_KEY,
  TOKEN_REQUIRED_KEY,
  PERMISSION_PENDING_KEY,
  milestoneKey,
  OWN_CLIENT,
  STATE_CONTEXT_KEY,
  WALKTHROUGH,
} from '../platform/names.js';
import { showFailure, showProblem } from '../notifications/notifications.js';
import type { Configuration } from '../platform/configuration.js';
import { logRequest } from '../platform/output.js';
import {
  milestonesFromRequest,
  milestonesFromStatus,
  WALKTHROUGH_STEPS,
  type SetupMilestone,
} from './setupProgress.js';
import { problemNotice } from '../notifications/problemNotice.js';
import type { StateName, Status } from '../lifecycle/status.js';
import { createStatusBar } from './statusBar.js';
import { watchSessionSummary, type SessionSummaryWatch } from './sessionSummary.js';
import type { Token } from '../platform/token.js';

export interface StatusPresenter extends Disposable {
  readonly addresses: AddressBook;
  readonly sessionSummary: SessionSummaryWatch;
  show(status: Status): void;
  /** Fires after each `show`. */
  readonly onChange: Event<void>;
  /** Logs a finished request and updates the walkthrough. */
  request(record: RequestRecord): void;
}

export interface StatusPresenterOptions {
  readonly token: Pick<Token, 'current' | 'onChange'>;
  readonly lane: {
    /** The permission requests that wait for the user's answer. */
    readonly permissionRequests: readonly PermissionRequest[];
    readonly onChange: Event<void>;
  };
  readonly configuration: Pick<Configuration, 'current' | 'onChange'>;
  readonly history: History;
  readonly log: Logger;
  readonly context: Pick<ExtensionContext, 'globalState' | 'globalStorageUri' | 'extension'>;
}

/** The key in `globalState` that is `true` once the user has chosen "Don't Show Again". */
const NOTICES_DISABLED = 'problems.quiet';

/** Not awaited: VS Code sets context keys in the order of the calls. */
const setContext = (key: string, value: string | boolean): void =>
  void commands.executeCommand('setContext', key, value);

export function createStatusPresenter({
  token,
  lane,
  history,
  configuration,
  log,
  context,
}: StatusPresenterOptions): StatusPresenter {
  const statusBar = createStatusBar();
  const changed = new EventEmitter<void>();
  const addresses = createAddressBook();
  const storageFolder = context.globalStorageUri.fsPath;
  const sessionSummary = watchSessionSummary({
    token,
    history,
    addresses,
    configuration,
    storageFolder,
    log,
  });
  const reached = new Set<SetupMilestone>();
  const reportedProblems = new Set<ErrorKind>();
  let shownState: StateName | undefined;
  const { autoStart, port } = configuration.current;
  // The server starts after the activation: until then the status bar does not say that it is off.
  let current: Status = autoStart ? { state: 'starting', port } : { state: 'stopped' };
  let loggedProblem: string | undefined;
  const updateStatusBar = (): void =>
    statusBar.show(current, {
      ...sessionSummary.current,
      permissionRequest: lane.permissionRequests[0],
    });
  const subscription = Disposable.from(
    statusBar,
    changed,
    addresses,
    sessionSummary,
    sessionSummary.onChange(() => {
      updateStatusBar();
      setContext(TOKEN_REQUIRED_KEY, sessionSummary.current.tokenRequired);
    }),
    lane.onChange(() => {
      updateStatusBar();
      const [request] = lane.permissionRequests;
      setContext(PERMISSION_PENDING_KEY, request !== undefined);
      setContext(CONVERSATION_OFFERED_KEY, request !== undefined && request.sensitive === undefined);
    }),
  );

  function reach(milestones: readonly SetupMilestone[]): void {
    for (const milestone of milestones) {
      if (reached.has(milestone)) continue;
      reached.add(milestone);
      const step = `${context.extension.id}#${WALKTHROUGH}#${WALKTHROUGH_STEPS[milestone]}`;
      setContext(milestoneKey(milestone), true);
      // VS Code ignores context keys that were set before it has read the walkthrough. The command behind a step's check
      // box works at any time. It rejects for a step that is not known yet, but remembers it all the same.
      commands.executeCommand('welcome.markStepComplete', step).then(undefined, () => undefined);
    }
  }

  /** The user interface shows problems in a few words; the log has the details. */
  function logProblem(status: Status): void {
    if (status.state !== 'running' || status.readiness.kind === 'checking') return;
    const message = status.readiness.kind === 'problem' ? status.readiness.problem.message : undefined;
    if (message !== undefined && message !== loggedProblem) log.warn(`[cli] ${message}`);
    loggedProblem = message;
  }

  async function reportProblem(status: Status): Promise<void> {
    if (context.globalState.get(NOTICES_DISABLED) === true) return;
    const notice = problemNotice(status, reportedProblems);
    if (notice === undefined) return;
    reportedProblems.add(notice.problem.kind);
    if (await showProblem(notice)) await context.globalState.update(NOTICES_DISABLED, true);
  }

  const presenter: StatusPresenter = {
    addresses,
    sessionSummary,
    onChange: changed.event,
    show(status) {
      current = status;
      updateStatusBar();
      changed.fire();
      reach(milestonesFromStatus(status));
      logProblem(status);
      // Not awaited: the notification stays until the user responds.
      void reportProblem(status);
      if (status.state === shownState) return;
      shownState = status.state;
      setContext(STATE_CONTEXT_KEY, status.state);
      // Not awaited: the notification stays until the user responds.
      if (status.state === 'failed') void showFailure(status);
    },
    request(record) {
      logRequest(log, record);
      reach(milestonesFromRequest(record, OWN_CLIENT));
    },
    dispose: () => void subscription.dispose(),
  };
  presenter.show(current);
  return presenter;
}
