// Tests the packaged extension in a real VS Code, driven like a user would. Each scenario opens its own editor.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { loadHostileFolder, loadSetupModel } from './bundle.mjs';
import { freePort } from '../support/ports.mjs';
import { openPackaged } from './packagedEditor.mjs';
import { runSteps } from './report.mjs';
import { basics } from './scenarios/basics.mjs';
import { connectClient } from './scenarios/connectClient.mjs';
import { firstRun } from './scenarios/firstRun.mjs';
import { languages } from './scenarios/languages.mjs';
import { noFolder } from './scenarios/noFolder.mjs';
import { portConflict } from './scenarios/portConflict.mjs';
import { privacy } from './scenarios/privacy.mjs';
import { replacedFolder } from './scenarios/replacedFolder.mjs';
import { WORKSPACE_LANE_OPTIONS, workspaceLane } from './scenarios/workspaceLane.mjs';
import { workspaceTrust } from './scenarios/workspaceTrust.mjs';

/**
 * @param {import('./report.mjs').Report} report
 * @param {import('./host/install.mjs').Host} host
 * @param {string} vsix
 * @param {import('./model.ts').Model} model
 */
export async function runPackaged(report, host, vsix, model) {
  /**
   * @param {string} title
   * @param {(editor: import('./packagedEditor.mjs').PackagedEditor) => import('./report.mjs').Step[]} steps
   * @param {Partial<Parameters<typeof openPackaged>[0]>} [options]
   */
  async function scenario(title, steps, options) {
    report.title(`the packaged extension ${title}, VS Code ${host.version.vscode}`);
    const port = options?.port ?? (await freePort());
    const editor = await openPackaged({ model, ...options, host, vsix, port });
    try {
      await runSteps(report, steps(editor), () => editor.failureDetails());
    } finally {
      await editor.close();
    }
  }

  await scenario('in daily use', basics);
  await scenario('in other languages', languages);
  await withOllamaOnPort((port) => scenario('when Ollama uses the port', portConflict, { port }));
  await withHostileFolder((hostile) =>
    scenario('in an untrusted folder', (editor) => workspaceTrust(editor, hostile), {
      trust: true,
      settings: { 'claudeOllama.claudePath': hostile.cli },
      prepare: ({ workspace }) => hostile.plant(workspace),
    }),
  );
  await scenario('without a folder', noFolder);
  await scenario(
    'with workspace models',
    (editor) => [...workspaceLane(editor), ...privacy(editor), ...replacedFolder(editor)],
    WORKSPACE_LANE_OPTIONS,
  );
  await withSetupModel((setupModel) =>
    scenario('on its first run', (editor) => [...firstRun(editor, setupModel), ...connectClient(editor)], {
      model: setupModel,
    }),
  );
}

/**
 * Calls `run` with a hostile repository.
 * @param {(hostile: import('./hostileFolder.ts').HostileFolder) => Promise<void>} run
 */
async function withHostileFolder(run) {
  const { createHostileFolder } = await loadHostileFolder();
  const hostile = await createHostileFolder();
  try {
    await run(hostile);
  } finally {
    await hostile.stop();
  }
}

/**
 * Calls `run` with a model whose CLI is not installed yet.
 * @param {(model: import('./setupModel.ts').SetupModel) => Promise<void>} run
 */
async function withSetupModel(run) {
  const { startSetupModel } = await loadSetupModel();
  const model = await startSetupModel();
  try {
    await run(model);
  } finally {
    await model.stop();
  }
}

/**
 * Calls `run` with a port on which a server answers like Ollama.
 * @param {(port: number) => Promise<void>} run
 */
async function withOllamaOnPort(run) {
  const ollama = createServer((_request, response) => response.end('Ollama is running'));
  ollama.listen(0, '127.0.0.1');
  await once(ollama, 'listening');
  try {
    const { port } = /** @type {import('node:net').AddressInfo} */ (ollama.address());
    await run(port);
  } finally {
    ollama.closeAllConnections();
    ollama.close();
  }
}
