// A small extension for `npm run vscode` that opens the walkthrough once. VS Code does that for an extension that is
// installed in its window, not for one that is installed on the command line.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runNode } from './childProcess.mjs';
import { inRoot } from './paths.mjs';

const MANIFEST = {
  name: 'open-walkthrough',
  publisher: 'claude-ollama-server',
  version: '0.0.1',
  engines: { vscode: '^1.104.0' },
  main: './main.js',
  activationEvents: ['onStartupFinished'],
  extensionKind: ['workspace'],
  capabilities: { untrustedWorkspaces: { supported: true } },
};

const MAIN = `const { commands } = require('vscode');
exports.activate = async ({ globalState }) => {
  if (globalState.get('opened') === true) return;
  await globalState.update('opened', true);
  await commands.executeCommand('claudeOllama.openWalkthrough');
};
`;

/**
 * @param {string} parent a folder of this run
 * @returns {Promise<string>} path of the .vsix
 */
export async function packageWalkthroughOpener(parent) {
  const folder = join(parent, MANIFEST.name);
  const vsix = join(parent, `${MANIFEST.name}.vsix`);
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), JSON.stringify(MANIFEST));
  await writeFile(join(folder, 'main.js'), MAIN);
  const vsce = inRoot('node_modules/@vscode/vsce/vsce');
  const flags = ['--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', vsix];
  await runNode([vsce, 'package', ...flags], { cwd: folder });
  return vsix;
}
