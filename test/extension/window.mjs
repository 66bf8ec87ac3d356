// A window as a person lives in it: the editor's own chat, the Activity view, another window, Diagnose. One editor for
// all of it, on a profile that has never been used.
import { loadChatModel } from './bundle.mjs';
import { freePort } from '../support/ports.mjs';
import { openPackaged } from './packagedEditor.mjs';
import { runSteps } from './report.mjs';
import { activity } from './scenarios/activity.mjs';
import { diagnosing } from './scenarios/diagnosing.mjs';
import { handover } from './scenarios/handover.mjs';
import { ownChat } from './scenarios/ownChat.mjs';

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
      ...ownChat(editor, model),
      ...activity(editor, model),
      ...handover(editor),
      ...diagnosing(editor),
    ];
    await runSteps(report, steps, () => editor.explain());
  } finally {
    await editor.close();
  }
  await runSteps(report, [['asks for nothing unexpected', () => model.stop()]], () => Promise.resolve(''));
}
