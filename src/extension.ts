import type { ExtensionContext } from 'vscode';
import { createEndpoint } from './server/server.js';
import { VERSION } from './version.js';
import { registerCommands } from './vscode/commands.js';
import { watchConfiguration } from './vscode/configuration.js';
import { createController, PACE, type Controller } from './vscode/controller.js';
import { createDisplay } from './vscode/display.js';
import { lazyBackend } from './vscode/lazyBackend.js';
import { showActivationFailure } from './vscode/notifications.js';
import { createOutput, loggerOf } from './vscode/output.js';
import { watchPlace } from './vscode/place.js';
import { lanesOf, planOf } from './vscode/plan.js';
import { endpointSettings } from './vscode/settings.js';
import { watchToken } from './vscode/token.js';
import { refreshOnChange, startAfterActivation } from './vscode/watch.js';
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
  const place = watchPlace(context.globalStorageUri);
  const lane = createWorkspaceLane(configuration, log);
  const display = createDisplay({ token, lane, log, context });
  const controller = createController({
    known: token.known,
    plan: () => planOf(configuration.current, place.current, token.current),
    createEndpoint: (backend) =>
      createEndpoint({
        backend: () => backend,
        settings: () => endpointSettings(configuration.current, token.current, lanesOf(place.current)),
        log,
        identity: `claude-ollama-server/${VERSION}`,
        onRequest: (record) => display.request(record),
      }),
    createBackend: (plan, onActivity) =>
      lazyBackend(async () => {
        const { createClaudeBackend } = await import('./claude/backend.js');
        const own = { ...lane.optionsFor(plan), onActivity, log };
        return createClaudeBackend({ ...plan, ...own, env: process.env, version: VERSION });
      }),
    onChange: (status) => display.show(status),
    log,
    pace: PACE,
  });
  end = () => controller.end();

  context.subscriptions.push(output, configuration, token, place, lane, display);
  context.subscriptions.push(
    registerCommands({ controller, output, configuration, token, lane, extension: context.extension.id }),
    refreshOnChange(controller, [configuration.onChange, token.onChange, place.onChange]),
    startAfterActivation(controller, configuration.current.autoStart),
  );
  return {
    get status() {
      return controller.status;
    },
  };
}
