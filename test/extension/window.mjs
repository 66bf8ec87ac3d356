// Tests several features in one window with a new profile: the chat provider, the Activity view, the handover of the port to
// another window, and the diagnostics.
import { loadChatModel } from './bundle.mjs';
import { freePort } from '../support/ports.mjs';
import { openPackaged } from './packagedEditor.mjs';
import { runSteps } from './report.mjs';
import { activityView } from './scenarios/activityView.mjs';
import { chatProvider } from './scenarios/chatProvider.mjs';
import { diagnostics } from './scenarios/diagnostics.mjs';
import { portHandover } from './scenarios/portHandover.mjs';

const VIEWPORT = { width: 1240, height: 720 };

/**
 * @param {import('./report.mjs').Report} report
 * @param {import('./host/install.mjs').Host} host
 * @param {string} vsix
 */
export async function runWindow(report, host, vsix) {
  report.title(`a window of VS Code ${host.version.vscode}`);
  const { startChatModel } = await loadChatModel();
  const model = await startChatModel();
  const editor = await openPackaged({
    host,
    vsix,
    model,
    port: await freePort(),
    settings: { 'remote.autoForwardPorts': false },
  });
  try {
    await editor.page.setViewportSize(VIEWPORT);
    const steps = [
      ...chatProvider(editor, model),
      ...activityView(editor, model),
      ...portHandover(editor),
      ...diagnostics(editor),
    ];
    await runSteps(report, steps, () => editor.failureDetails());
  } finally {
    await editor.close();
  }
  await runSteps(report, [['sends the model no unexpected request', () => model.stop()]], () =>
    Promise.resolve(''),
  );
}
