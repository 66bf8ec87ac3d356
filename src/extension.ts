import './vscode/platform/loadTranslations.js';
import type { ExtensionContext } from 'vscode';
import { VERSION } from './version.js';
import { offerChat } from './vscode/chat/openChat.js';
import { provideChat } from './vscode/chat/provider.js';
import { registerCommands } from './vscode/commands.js';
import { openEndpoint } from './vscode/endpoint.js';
import { createController, type Controller } from './vscode/lifecycle/controller.js';
import { desiredConfig } from './vscode/lifecycle/desiredConfig.js';
import { lazyBackend } from './vscode/lifecycle/lazyBackend.js';
import { refreshOnChange, startAfterActivation } from './vscode/lifecycle/lifecycleTriggers.js';
import { showActivationFailure } from './vscode/notifications/notifications.js';
import { createWindowParts } from './vscode/windowParts.js';

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
  const parts = createWindowParts(context);
  const { configuration, folder, lane, log, presenter, token, windows } = parts;
  const controller = createController({
    windows,
    log,
    tokenKnown: token.known,
    desiredConfig: () => desiredConfig(configuration.current, folder.current, token.current),
    createEndpoint: (backend) => openEndpoint(backend, { ...parts, controller }),
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

  const { extension, globalState } = context;
  const { onChange } = presenter;
  context.subscriptions.push(
    parts.disposables,
    provideChat({ ...parts, controller, onChange }),
    offerChat({ controller, globalState, onChange }),
    registerCommands({ ...parts, id: extension.id, controller }),
    refreshOnChange(controller, [configuration.onChange, token.onChange, folder.onChange]),
    startAfterActivation(controller, configuration.current.autoStart),
  );
  return {
    get status() {
      return controller.status;
    },
  };
}
