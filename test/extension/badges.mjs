// Makes the README's badges, media/badges/*.png, from the manifest. Run it by hand when the version or the license
// changes: node test/extension/badges.mjs
import { mkdir, readFile } from 'node:fs/promises';
import { inRoot } from '../../scripts/paths.mjs';
import { openBrowser } from './host/browser.mjs';
import { ensurePrograms } from '../support/systemPackages.mjs';

const { version, license, engines } = JSON.parse(await readFile(inRoot('package.json'), 'utf8'));
/** File name → label and value. */
const BADGES = {
  version: ['version', version],
  license: ['license', license],
  vscode: ['VS Code', engines.vscode.replace(/^\^(\d+\.\d+)\.0$/, '≥ $1')],
};

/** @param {string[]} texts */
const html = ([label, value]) => `<style>
  body { margin: 0; background: transparent }
  p { display: inline-flex; margin: 0; border-radius: 3px; overflow: hidden; font: 11px/20px Verdana, 'DejaVu Sans', sans-serif; color: #fff }
  span { padding: 0 6px; background: #555 }
  span + span { background: #b4552d }
</style><p><span>${label}</span><span>${value}</span></p>`;

await ensurePrograms(['chromium'], console.error);
await mkdir(inRoot('media/badges'), { recursive: true });
const browser = await openBrowser();
try {
  const page = await browser.newPage();
  for (const [name, texts] of Object.entries(BADGES)) {
    await page.setContent(html(texts));
    await page.locator('p').screenshot({ path: inRoot(`media/badges/${name}.png`), omitBackground: true });
  }
} finally {
  await browser.close();
}
