// The packaged extension in a real VS Code, used as a person does. Each scenario is an editor of its own.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { loadHostileFolder, loadSetupModel } from './bundle.mjs';
import { freePort } from '../support/ports.mjs';
import { openPackaged } from './packagedEditor.mjs';
import { runSteps } from './report.mjs';
import { conflict } from './scenarios/conflict.mjs';
import { connecting } from './scenarios/connecting.mjs';
import { daily } from './scenarios/daily.mjs';
import { ending } from './scenarios/ending.mjs';
import { firstRun } from './scenarios/firstRun.mjs';
import { noFolder } from './scenarios/noFolder.mjs';
import { privacy } from './scenarios/privacy.mjs';
import { trusting } from './scenarios/trusting.mjs';
import { WORKING, working } from './scenarios/working.mjs';

/**
 * @param {import('./report.mjs').Report} report
 * @param {import('./host/install.mjs').Host} host
 * @param {string} vsix
 * @param {import('./model.ts').Model} model
 */
export async function runPackaged(report, host, vsix, model) {
  async function scenario(title, steps, options) {
    report.title(`the packaged extension ${title}, VS Code ${host.version.vscode}`);
    const port = options?.port ?? (await freePort());
    const editor = await openPackaged({ model, ...options, host, vsix, port });
    try {
      await runSteps(report, steps(editor), () => editor.explain());
    } finally {
      await editor.close();
    }
  }

  await scenario('by keyboard', daily);
  await besideOllama((port) => scenario('beside a real Ollama', conflict, { port }));
  await withHostileFolder((hostile) =>
    scenario('in a folder that is not trusted', (editor) => trusting(editor, hostile), {
      trust: true,
      settings: { 'claudeOllama.claudePath': hostile.cli },
      prepare: ({ workspace }) => hostile.plant(workspace),
    }),
  );
  await scenario('without a folder', noFolder);
  const atWork = (editor) => [...working(editor), ...privacy(editor), ...ending(editor)];
  await scenario('at work in the folder', atWork, WORKING);
  await withSetupModel((own) =>
    scenario('on its first run', (editor) => [...firstRun(editor, own), ...connecting(editor)], {
      model: own,
    }),
  );
}

/** Somebody else has made the folder. */
async function withHostileFolder(run) {
  const { createHostileFolder } = await loadHostileFolder();
  const hostile = await createHostileFolder();
  try {
    await run(hostile);
  } finally {
    await hostile.stop();
  }
}

/** The CLI is not there at first. */
async function withSetupModel(run) {
  const { startSetupModel } = await loadSetupModel();
  const model = await startSetupModel();
  try {
    await run(model);
  } finally {
    await model.stop();
  }
}

/** Another program has the port before the editor starts. */
async function besideOllama(run) {
  const ollama = createServer((_request, response) => response.end('Ollama is running'));
  ollama.listen(0, '127.0.0.1');
  await once(ollama, 'listening');
  try {
    await run(ollama.address().port);
  } finally {
    ollama.closeAllConnections();
    ollama.close();
  }
}
