/** Creates the server's endpoint for this window, from its settings, history, log and status. */
import type { ChatBackend } from '../core/backend.js';
import type { Logger } from '../core/log.js';
import { createEndpoint, type Endpoint } from '../server/server.js';
import { VERSION } from '../version.js';
import type { History } from './activity/history.js';
import type { Controller } from './lifecycle/controller.js';
import { lanesOf } from './lifecycle/desiredConfig.js';
import type { Windows } from './lifecycle/windows.js';
import type { WorkspaceFolderWatch } from './lifecycle/workspaceFolder.js';
import type { Configuration } from './platform/configuration.js';
import { DIAGNOSE_CLIENT } from './platform/names.js';
import { endpointSettings } from './platform/settings.js';
import type { StoredModelFile } from './platform/storedModels.js';
import type { Token } from './platform/token.js';
import type { StatusPresenter } from './ui/statusPresenter.js';

export interface EndpointDependencies {
  readonly configuration: Pick<Configuration, 'current'>;
  readonly token: Pick<Token, 'current'>;
  readonly folder: Pick<WorkspaceFolderWatch, 'current'>;
  readonly history: History;
  readonly log: Logger;
  readonly windows: Pick<Windows, 'key'>;
  readonly presenter: Pick<StatusPresenter, 'request'>;
  readonly controller: Pick<Controller, 'status' | 'cede'>;
  readonly models: Pick<StoredModelFile, 'store'>;
}

/** How other windows recognize this server. */
const IDENTITY = `claude-ollama-server/${VERSION}`;

export function openEndpoint(backend: ChatBackend, options: EndpointDependencies): Endpoint {
  const { configuration, token, folder, history, log, windows, presenter, controller, models } = options;
  return createEndpoint({
    backend: () => backend,
    settings: () => endpointSettings(configuration.current, token.current, lanesOf(folder.current)),
    log,
    identity: IDENTITY,
    modelStore: models.store,
    onRequest(record) {
      presenter.request(record);
      // Diagnostics send requests that must be refused; the history would show these as failures.
      if (record.client !== DIAGNOSE_CLIENT) history.recordFailedRequest(record);
    },
    observeChat: history.watch,
    windows: {
      key: () => windows.key(),
      report() {
        const { status } = controller;
        const { folder, requests } = status.state === 'running' ? status : { folder: '', requests: 0 };
        return { folder, requests };
      },
      releasePort: () => controller.cede(),
    },
  });
}
