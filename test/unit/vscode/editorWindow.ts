/** A window of VS Code without VS Code: the controller with the real server and a fake CLI. */
import { silentLogger } from '../../../src/core/log.js';
import { requestWindow, createEndpoint } from '../../../src/server/server.js';
import { createController, type Controller } from '../../../src/vscode/lifecycle/controller.js';
import type { BackendConfig, DesiredConfig } from '../../../src/vscode/lifecycle/desiredConfig.js';
import type { Status } from '../../../src/vscode/lifecycle/status.js';
import { fakeCliBackend, type FakeCliBackend } from './fakeCliBackend.js';

const IDENTITY = 'claude-ollama-server/0.1.0';
const ACQUIRE_PORT_MS = 400;

export interface EditorWindow {
  readonly controller: Controller;
  /** Every backend that the controller has created. */
  readonly backends: FakeCliBackend[];
  config: DesiredConfig;
  /** The key that the windows of one user share. */
  key: string;
  /** Resolves to the first status that matches, starting with the current one. */
  readonly until: (matches: (status: Status) => boolean) => Promise<Status>;
  /** Every state that the controller has entered, without repetitions. */
  readonly states: string[];
}

export const cliConfig = (folder: string): BackendConfig => ({
  kind: 'cli',
  folder,
  claudePath: '',
  limits: { processes: 4, queue: 64, prewarm: 'whileInUse', idleMs: 600_000 },
});

export const configFor = (port: number): DesiredConfig => ({
  listen: { host: '127.0.0.1', port },
  backend: cliConfig('/a'),
});

/** @param tokenKnown settles once the token is known */
export function openWindow(port: number, tokenKnown: Promise<void> = Promise.resolve()): EditorWindow {
  const backends: FakeCliBackend[] = [];
  const states: string[] = [];
  const watchers = new Set<(status: Status) => void>();
  const controller = createController({
    tokenKnown,
    desiredConfig: () => window.config,
    createEndpoint: (backend) =>
      createEndpoint({
        backend: () => backend,
        settings: () => ({
          names: { defaultModel: '', unknown: 'default', aliases: {} },
          lanes: ['chat'],
          allowedHosts: [],
          allowedOrigins: [],
          token: undefined,
          allowOtherUsers: false,
        }),
        log: silentLogger,
        identity: IDENTITY,
        windows: {
          key: () => window.key,
          report: () => ({ folder: window.config.backend.folder, requests: 0 }),
          releasePort: () => controller.cede(),
        },
      }),
    windows: {
      fetchReport: ({ host, port }) => requestWindow({ host, port, key: window.key, method: 'GET' }),
      requestPort: async ({ host, port }) =>
        (await requestWindow({ host, port, key: window.key, method: 'POST' })) !== undefined,
    },
    createBackend() {
      const backend = fakeCliBackend();
      backends.push(backend);
      return backend;
    },
    onChange(status) {
      if (states.at(-1) !== status.state) states.push(status.state);
      for (const watcher of watchers) watcher(status);
    },
    log: silentLogger,
    timing: { acquirePortMs: ACQUIRE_PORT_MS, takeOverIntervalMs: 20, endMs: 100 },
  });
  const window: EditorWindow = {
    controller,
    backends,
    states,
    config: configFor(port),
    key: 'shared',
    until: (matches) =>
      new Promise((resolve) => {
        const watcher = (status: Status): void => {
          if (!matches(status)) return;
          watchers.delete(watcher);
          resolve(status);
        };
        watchers.add(watcher);
        watcher(controller.status);
      }),
  };
  return window;
}
