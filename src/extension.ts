import type { ExtensionContext } from 'vscode';
import { VERSION } from './version.js';
import { createHistory } from './vscode/activity/history.js';
import { createActivityView } from './vscode/activity/view.js';
import { offerChat } from './vscode/chat/openChat.js';
import { provideChat } from './vscode/chat/provider.js';
import { registerCommands } from './vscode/commands.js';
import { openEndpoint } from './vscode/endpoint.js';
import { createController, type Controller } from './vscode/lifecycle/controller.js';
import { desiredConfig } from './vscode/lifecycle/desiredConfig.js';
import { lazyBackend } from './vscode/lifecycle/lazyBackend.js';
import { refreshOnChange, startAfterActivation } from './vscode/lifecycle/lifecycleTriggers.js';
import { createWindows } from './vscode/lifecycle/windows.js';
import { watchWorkspaceFolder } from './vscode/lifecycle/workspaceFolder.js';
import { watchConfiguration } from './vscode/platform/configuration.js';
import { createOutput, loggerOf } from './vscode/platform/output.js';
import { watchToken } from './vscode/platform/token.js';
import { showActivationFailure } from './vscode/notifications/notifications.js';
import { createStatusPresenter } from './vscode/ui/statusPresenter.js';
import { createWorkspaceLane } from './vscode/workspaceLane.js';

/** The public API for other extensions: the endpoint's address and state. */
export type EndpointApi = Pick<Controller, 'status'>;

/** Set by `activate`, because VS Code calls `deactivate` without the context. */
let end = (): Promise<void> => Promise.resolve();

export function activate(context: ExtensionContext): EndpointApi {
  try {
    return wire(context);
  } catch (error) {
    void showActivationFailure(error);
    throw error;
  }
}

export function deactivate(): Promise<void> {
  return end();
}

function wire(context: ExtensionContext): EndpointApi {
  const output = createOutput();
  const token = watchToken(context.secrets);
  const log = loggerOf(output, () => [token.current ?? '']);
  const configuration = watchConfiguration(log);
  const folder = watchWorkspaceFolder(context.globalStorageUri);
  const lane = createWorkspaceLane(configuration, log);
  const history = createHistory();
  const activityView = createActivityView(history, lane);
  const windows = createWindows(context.globalStorageUri.fsPath, log);
  const presenter = createStatusPresenter({ token, lane, history, configuration, log, context });
  const controller = createController({
    windows,
    log,
    tokenKnown: token.known,
    desiredConfig: () => desiredConfig(configuration.current, folder.current, token.current),
    createEndpoint: (backend) =>
      openEndpoint(backend, { configuration, token, folder, history, log, windows, presenter, controller }),
    createBackend: (config, onActivity) =>
      lazyBackend(async () => {
        const { createClaudeBackend } = await import('./claude/backend.js');
        const { setPlanUsage: onPlanUsage } = presenter.sessionSummary;
        const own = { ...lane.optionsFor(config), onActivity, onPlanUsage, log };
        return createClaudeBackend({ ...config, ...own, env: process.env, version: VERSION });
      }),
    onChange: (status) => presenter.show(status),
  });
  end = () => controller.end();

  const { id } = context.extension;
  context.subscriptions.push(output, configuration, token, folder, lane, activityView, presenter);
  context.subscriptions.push(
    provideChat({ controller, folder, history, log, onChange: presenter.onChange }),
    offerChat({ controller, globalState: context.globalState, onChange: presenter.onChange }),
    registerCommands({
      id,
      controller,
      output,
      configuration,
      token,
      lane,
      history,
      activityView,
      presenter,
      windows,
    }),
    refreshOnChange(controller, [configuration.onChange, token.onChange, folder.onChange]),
    startAfterActivation(controller, configuration.current.autoStart),
  );
  return {
    get status() {
      return controller.status;
    },
  };
}
