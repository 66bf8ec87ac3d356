/** What a window has besides its server: what it reads from VS Code, its history and its log. */
import { Disposable, type ExtensionContext } from 'vscode';
import { createHistory } from './activity/history.js';
import { createActivityView } from './activity/view.js';
import { createWindows } from './lifecycle/windows.js';
import { watchWorkspaceFolder } from './lifecycle/workspaceFolder.js';
import { watchConfiguration } from './platform/configuration.js';
import { createOutput, loggerOf } from './platform/output.js';
import { watchStoredModels } from './platform/storedModels.js';
import { watchToken } from './platform/token.js';
import { createStatusPresenter } from './ui/statusPresenter.js';
import { createWorkspaceLane } from './workspaceLane.js';

/** Creates the parts of a window. `disposables` ends all of them. */
export function createWindowParts(context: ExtensionContext) {
  const output = createOutput();
  const token = watchToken(context.secrets);
  const log = loggerOf(output, () => [token.current ?? '']);
  const configuration = watchConfiguration(log);
  const folder = watchWorkspaceFolder(context.globalStorageUri);
  const lane = createWorkspaceLane(configuration, log);
  const history = createHistory();
  const models = watchStoredModels(context.globalStorageUri, log);
  const activityView = createActivityView(history, lane);
  const windows = createWindows(context.globalStorageUri.fsPath, log);
  const presenter = createStatusPresenter({ token, lane, history, configuration, log, context });
  const disposables = Disposable.from(
    output,
    configuration,
    token,
    folder,
    lane,
    models,
    activityView,
    presenter,
  );
  return {
    output,
    token,
    log,
    configuration,
    folder,
    lane,
    history,
    models,
    activityView,
    windows,
    presenter,
    disposables,
  };
}
