// Creates a temporary profile for an editor: its own settings, extensions, workspace folder and temporary files.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Settings that disable first-run pages, update checks and telemetry. */
const QUIET = {
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.experimentalOnboarding': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'security.workspace.trust.startupPrompt': 'never',
  'git.openRepositoryInParentFolders': 'never',
  'git.enabled': false,
  'window.commandCenter': false,
  // No animations: the browser renders without a graphics card.
  'workbench.reduceMotion': 'on',
  'editor.cursorBlinking': 'solid',
  // Not `chat.disableAIFeatures`: it sometimes restarts the extension host at startup.
  'chat.agentHost.enabled': false,
};

/** @typedef {{ root: string, userData: string, extensions: string, workspace: string, env: { XDG_CONFIG_HOME: string, XDG_DATA_HOME: string, TMPDIR: string }, dispose(): Promise<void> }} Profile */

/**
 * @param {Record<string, unknown>} settings override the quiet defaults
 * @returns {Promise<Profile>}
 */
export async function createProfile(settings = {}) {
  const root = await mkdtemp(join(tmpdir(), 'editor-'));
  const folder = async (/** @type {string} */ name) => {
    await mkdir(join(root, name), { recursive: true });
    return join(root, name);
  };
  const userData = await folder('user');
  const text = JSON.stringify({ ...QUIET, ...settings }, null, 2);
  // A remote window reads settings of machine scope only from Machine/settings.json, a desktop window from User/settings.json.
  for (const name of ['User', 'Machine']) {
    await writeFile(join(await folder(join('user', name)), 'settings.json'), text);
  }
  return {
    root,
    userData,
    extensions: await folder('extensions'),
    workspace: await folder('shop'),
    env: {
      XDG_CONFIG_HOME: await folder('xdg'),
      XDG_DATA_HOME: join(root, 'xdg'),
      TMPDIR: await folder('tmp'),
    },
    dispose: () => rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}
