/** The server's endpoint as this window opens it: by its settings, with everything that comes in noted. */
import type { ChatBackend } from '../core/backend.js';
import type { Logger } from '../core/log.js';
import { createEndpoint, type Endpoint } from '../server/server.js';
import { VERSION } from '../version.js';
import type { History } from './activity/history.js';
import type { Configuration } from './platform/configuration.js';
import type { Controller } from './lifecycle/controller.js';
import type { StatusPresenter } from './ui/statusPresenter.js';
import { DIAGNOSE_CLIENT } from './platform/names.js';
import type { WorkspaceFolderWatch } from './lifecycle/workspaceFolder.js';
import { lanesOf } from './lifecycle/desiredConfig.js';
import { endpointSettings } from './platform/settings.js';
import type { Token } from './platform/token.js';
import type { Windows } from './lifecycle/windows.js';

export interface EndpointParts {
  readonly configuration: Pick<Configuration, 'current'>;
  readonly token: Pick<Token, 'current'>;
  readonly place: Pick<WorkspaceFolderWatch, 'current'>;
  readonly history: History;
  readonly log: Logger;
  readonly windows: Pick<Windows, 'key'>;
  readonly display: Pick<StatusPresenter, 'request'>;
  readonly controller: Pick<Controller, 'status' | 'cede'>;
}

/** What other windows know us by. */
const IDENTITY = `claude-ollama-server/${VERSION}`;

export function openEndpoint(backend: ChatBackend, parts: EndpointParts): Endpoint {
  const { configuration, token, place, history, log, windows, display, controller } = parts;
  return createEndpoint({
    backend: () => backend,
    settings: () => endpointSettings(configuration.current, token.current, lanesOf(place.current)),
    log,
    identity: IDENTITY,
    onRequest(record) {
      display.request(record);
      // What Diagnose has refused on purpose is nobody's failure.
      if (record.client !== DIAGNOSE_CLIENT) history.note(record);
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
