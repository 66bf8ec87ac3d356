/** A window of the editor without the editor: the controller with the real server and a fake CLI. */
import { silentLogger } from '../../../src/core/log.js';
import { askWindow, createEndpoint } from '../../../src/server/server.js';
import { createController, type Controller } from '../../../src/vscode/lifecycle/controller.js';
import type { BackendConfig, DesiredConfig } from '../../../src/vscode/lifecycle/desiredConfig.js';
import type { Status } from '../../../src/vscode/lifecycle/status.js';
import { fakeCliBackend, type FakeCliBackend } from './fakeCliBackend.js';

const IDENTITY = 'claude-ollama-server/0.1.0';
const PATIENCE_MS = 400;

export interface Window {
  readonly controller: Controller;
  readonly made: FakeCliBackend[];
  plan: DesiredConfig;
  /** What windows of one user share. */
  key: string;
  /** The next status that fits, from now on. */
  until(fits: (status: Status) => boolean): Promise<Status>;
  readonly states: string[];
}

export const cli = (folder: string): BackendConfig => ({
  kind: 'cli',
  folder,
  claudePath: '',
  limits: { processes: 4, queue: 64, keepSpares: 'whileInUse', idleMs: 600_000 },
});
export const planFor = (port: number): DesiredConfig => ({
  listen: { host: '127.0.0.1', port },
  backend: cli('/a'),
});

/**
 * A window of the editor, with the real server and a fake CLI.
 * @param known settles when it is known who may use the endpoint
 */
export function openWindow(port: number, known: Promise<void> = Promise.resolve()): Window {
  const made: FakeCliBackend[] = [];
  const states: string[] = [];
  const watchers = new Set<(status: Status) => void>();
  const controller = createController({
    known,
    plan: () => window.plan,
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
          report: () => ({ folder: window.plan.backend.folder, requests: 0 }),
          cede: () => controller.cede(),
        },
      }),
    windows: {
      look: ({ host, port }) => askWindow(host, port, window.key, 'GET'),
      ask: async ({ host, port }) => (await askWindow(host, port, window.key, 'POST')) !== undefined,
    },
    createBackend() {
      const fake = fakeCliBackend();
      made.push(fake);
      return fake;
    },
    onChange(status) {
      if (states.at(-1) !== status.state) states.push(status.state);
      for (const watcher of watchers) watcher(status);
    },
    log: silentLogger,
    pace: { patienceMs: PATIENCE_MS, takeOverEveryMs: 20, endWithinMs: 100 },
  });
  const window: Window = {
    controller,
    made,
    states,
    plan: planFor(port),
    key: 'shared',
    until: (fits) =>
      new Promise((resolve) => {
        const watcher = (status: Status): void => {
          if (!fits(status)) return;
          watchers.delete(watcher);
          resolve(status);
        };
        watchers.add(watcher);
        watcher(controller.status);
      }),
  };
  return window;
}
