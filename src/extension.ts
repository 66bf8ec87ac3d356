import type { ExtensionContext } from 'vscode';
import { VERSION } from './version.js';
import { createHistory } from './vscode/activity/history.js';
import { provideChat } from './vscode/chat/provider.js';
import { registerCommands } from './vscode/commands.js';
import { watchConfiguration } from './vscode/platform/configuration.js';
import { createController, PACE, type Controller } from './vscode/lifecycle/controller.js';
import { createStatusPresenter } from './vscode/ui/statusPresenter.js';
import { openEndpoint } from './vscode/endpoint.js';
import { lazyBackend } from './vscode/lifecycle/lazyBackend.js';
import { showActivationFailure } from './vscode/ui/notifications.js';
import { createOutput, loggerOf } from './vscode/platform/output.js';
import { watchWorkspaceFolder } from './vscode/lifecycle/workspaceFolder.js';
import { desiredConfig } from './vscode/lifecycle/desiredConfig.js';
import { watchToken } from './vscode/platform/token.js';
import { refreshOnChange, startAfterActivation } from './vscode/lifecycle/lifecycleTriggers.js';
import { createWindows } from './vscode/lifecycle/windows.js';
import { createWorkspaceLane } from './vscode/workspaceLane.js';

/** What other extensions see: where the endpoint is and how it does. */
export type EndpointApi = Pick<Controller, 'status'>;

/** Ends what runs. The editor calls `deactivate` without the context, so this is where the two meet. */
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
  const place = watchWorkspaceFolder(context.globalStorageUri);
  const lane = createWorkspaceLane(configuration, log);
  const history = createHistory();
  const windows = createWindows(context.globalStorageUri.fsPath, log);
  const parts = { configuration, token, place, lane, history, windows, log };
  const display = createStatusPresenter({ ...parts, context });
  const controller = createController({
    ...parts,
    known: token.known,
    plan: () => desiredConfig(configuration.current, place.current, token.current),
    createEndpoint: (backend) => openEndpoint(backend, { ...parts, display, controller }),
    createBackend: (plan, onActivity) =>
      lazyBackend(async () => {
        const { createClaudeBackend } = await import('./claude/backend.js');
        const own = { ...lane.optionsFor(plan), onActivity, onAllowance: display.surroundings.learn, log };
        return createClaudeBackend({ ...plan, ...own, env: process.env, version: VERSION });
      }),
    onChange: (status) => display.show(status),
    pace: PACE,
  });
  end = () => controller.end();

  context.subscriptions.push(output, configuration, token, place, lane, display);
  context.subscriptions.push(
    provideChat({ ...parts, controller, onChange: display.onChange }),
    registerCommands({ ...parts, ...display, controller, output, extension: context.extension.id }),
    refreshOnChange(controller, [configuration.onChange, token.onChange, place.onChange]),
    startAfterActivation(controller, configuration.current.autoStart),
  );
  return {
    get status() {
      return controller.status;
    },
  };
}
