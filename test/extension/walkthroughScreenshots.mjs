// Takes the README's screenshot of the walkthrough, media/screenshots/walkthrough.png, and the same in other themes in
// out/extension/screenshots, for a visual check. Run it manually when the walkthrough changes:
// node test/extension/walkthroughScreenshots.mjs
import { mkdir } from 'node:fs/promises';
import { inRoot } from '../../scripts/paths.mjs';
import { loadSetupModel } from './bundle.mjs';
import { ensureHost } from './host/install.mjs';
import { freePort } from '../support/ports.mjs';
import { NEWEST } from './host/versions.mjs';
import { packageExtension } from './package.mjs';
import { openPackaged } from './packagedEditor.mjs';
import { openWalkthrough } from './scenarios/firstRun.mjs';

const THEMES = {
  'media/screenshots/walkthrough.png': 'Default Dark Modern',
  'out/extension/screenshots/walkthrough-light.png': 'Default Light Modern',
  'out/extension/screenshots/walkthrough-contrast.png': 'Default High Contrast',
  'out/extension/screenshots/walkthrough-contrast-light.png': 'Default High Contrast Light',
};
const VIEWPORT = { width: 1180, height: 640 };

const host = await ensureHost(NEWEST, console.error);
const vsix = await packageExtension();
await mkdir(inRoot('out/extension/screenshots'), { recursive: true });
for (const [file, theme] of Object.entries(THEMES)) await take(inRoot(file), theme);

async function take(/** @type {string} */ file, /** @type {string} */ theme) {
  const { startSetupModel } = await loadSetupModel();
  const model = await startSetupModel();
  try {
    await model.install();
    const settings = {
      'workbench.colorTheme': theme,
      'remote.autoForwardPorts': false,
      'breadcrumbs.enabled': false,
    };
    const editor = await openPackaged({ host, vsix, model, port: await freePort(), settings });
    try {
      const { page, workbench } = editor;
      await page.setViewportSize(VIEWPORT);
      await editor.open();
      await workbench.notification('not signed in').getByRole('button', { name: 'Sign In' }).waitFor();
      await workbench.run('Notifications: Clear All Notifications');
      await openWalkthrough(editor);
      await workbench.run('View: Toggle Primary Side Bar Visibility');
      await workbench.until(
        'the number of completed steps',
        () => page.locator('.getting-started-step [aria-checked="true"]').count(),
        (count) => count === 2,
      );
      // Wait for the animation of the checkmarks.
      await page.waitForTimeout(500);
      await page.screenshot({ path: file });
    } finally {
      await editor.close();
    }
  } finally {
    await model.stop();
  }
}
