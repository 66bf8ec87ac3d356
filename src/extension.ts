import type { ExtensionContext } from 'vscode';
import { VERSION } from './version.js';
import { createHistory } from './vscode/activity/history.js';
import { provideChat } from './vscode/chat/provider.js';
import { registerCommands } from './vscode/commands.js';
import { watchConfiguration } from './vscode/configuration.js';
import { createController, PACE, type Controller } from './vscode/controller.js';
import { createDisplay } from './vscode/display.js';
import { openEndpoint } from './vscode/endpoint.js';
import { lazyBackend } from './vscode/lazyBackend.js';
import { showActivationFailure } from './vscode/notifications.js';
import { createOutput, loggerOf } from './vscode/output.js';
import { watchPlace } from './vscode/place.js';
import { planOf } from './vscode/plan.js';
import { watchToken } from './vscode/token.js';
import { refreshOnChange, startAfterActivation } from './vscode/watch.js';

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
  const place = watchPlace(context.globalStorageUri);
  const history = createHistory();
  const display = createDisplay(token, history);
  const controller = createController({
    known: token.known,
    plan: () => planOf(configuration.current, place.current, token.current),
    createEndpoint: (backend) => openEndpoint(backend, { configuration, token, history, log }),
    createBackend: (plan, onActivity) =>
      lazyBackend(async () => {
        const { createClaudeBackend } = await import('./claude/backend.js');
        return createClaudeBackend({ ...plan, onActivity, env: process.env, log, version: VERSION });
      }),
    onChange(status) {
      display.show(status);
      chat.refresh();
    },
    log,
    pace: PACE,
  });
  const chat = provideChat({ controller, configuration, token, place, history, log });
  end = () => controller.end();

  context.subscriptions.push(
    output,
    configuration,
    token,
    place,
    display,
    chat,
    registerCommands({ controller, output, configuration, token, history, extension: context.extension.id }),
    refreshOnChange(controller, [configuration.onChange, token.onChange, place.onChange]),
    startAfterActivation(controller, configuration.current.autoStart),
  );
  return {
    get status() {
      return controller.status;
    },
  };
}
