// npm run vscode: packages the extension and opens a real VS Code with it, in the folder that it is called from: the
// desktop `code` if it is on PATH, else the VS Code server from npm, in a browser. The editor uses temporary folders for
// its settings and extensions, so the user's own stay unchanged. It asks whether to trust the folder, and opens the
// walkthrough. If the CLI is not signed in, the answers are canned, as with `npm start`.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createProfile } from '../test/extension/host/profile.mjs';
import { installExtension, startEditor } from '../test/extension/host/editor.mjs';
import { ensureHost } from '../test/extension/host/install.mjs';
import { NEWEST } from '../test/extension/host/versions.mjs';
import { packageExtension } from '../test/extension/package.mjs';
import { importBundled } from './bundle.mjs';
import { cannedBanner } from './cannedBanner.mjs';
import { waitForExit } from './childProcess.mjs';
import { callerFolder } from './paths.mjs';
import { runMain } from './setup.mjs';
import { packageWalkthroughOpener } from './walkthroughOpener.mjs';

/** @typedef {import('../test/extension/host/profile.mjs').Profile} Profile */

/**
 * @typedef {object} Launch
 * @property {Profile} profile
 * @property {readonly string[]} extensions paths of .vsix files
 * @property {NodeJS.ProcessEnv} env
 */

const folder = callerFolder('vscode');
/** @param {string} line */
const say = (line) => console.error(`• ${line}`);

await runMain(async () => {
  say('packaging the extension');
  const vsix = await packageExtension();
  // packageExtension() installs the dependencies, `which` among them.
  const { default: which } = await import('which');
  /** @type {typeof import('./chooseCli.js')} */
  const { chooseCli, startCannedModel } = await importBundled('scripts/chooseCli.ts', 'chooseCli');
  const cli = await chooseCli({ claudePath: '', workspace: folder, onProblem: say });
  say(`Claude CLI: ${cli.path} (${cli.source}), ${cli.signedIn ? 'signed in' : 'not signed in'}`);
  const canned = cli.signedIn ? undefined : await startCannedModel();
  if (canned !== undefined) console.error(cannedBanner('npm run vscode'));
  const desktop = await which('code', { nothrow: true });
  const profile = await createProfile({
    'security.workspace.trust.startupPrompt': 'always',
    'claudeOllama.claudePath': cli.path,
  });
  try {
    const extensions = [vsix, await packageWalkthroughOpener(profile.root)];
    const launch = { profile, extensions, env: { ...process.env, ...canned?.env } };
    say('the profile is temporary: settings, extensions and chats are deleted when the editor ends');
    await (desktop === null ? serve(launch) : openDesktop(desktop, launch));
  } finally {
    await profile.dispose();
    await canned?.stop();
  }
});

/**
 * Opens desktop VS Code and waits until the user closes its window.
 * @param {string} code the path of the program
 * @param {Launch} launch
 */
async function openDesktop(code, { profile, extensions, env }) {
  const folders = ['--user-data-dir', profile.userData, '--extensions-dir', profile.extensions];
  for (const vsix of extensions) await runCode(code, [...folders, '--install-extension', vsix], env);
  say(`opening ${folder} in ${code}; this ends when its window is closed`);
  await runCode(code, [...folders, '--new-window', '--wait', folder], env);
}

/**
 * @param {string} code the path of the program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
async function runCode(code, args, env) {
  // On Windows, `code` is a batch file, which only a shell can start.
  const shell = process.platform === 'win32';
  const command = shell ? `"${code}"` : code;
  const quoted = shell ? args.map((arg) => `"${arg}"`) : args;
  const child = spawn(command, quoted, { stdio: 'inherit', shell, env });
  const exit = await waitForExit(child);
  if (exit.code !== 0) throw new Error(`${code} ended with ${exit.code ?? exit.signal}`);
}

/**
 * Serves VS Code to a browser until Ctrl-C.
 * @param {Launch} launch
 */
async function serve({ profile, extensions, env }) {
  say('no desktop VS Code (`code`) on PATH; using the VS Code server from npm');
  const host = await ensureHost(NEWEST, say);
  for (const vsix of extensions) await installExtension(host, profile, vsix);
  const token = randomBytes(16).toString('hex');
  // The user's own environment, without the profile's: the user's Claude CLI is signed in there.
  const editor = await startEditor({ host, profile: { ...profile, env: {} }, env, token });
  console.log(`VS Code with the extension: ${editor.url}/?${new URLSearchParams({ tkn: token, folder })}`);
  console.log('Press Ctrl-C to end it.');
  const interrupted = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
  });
  await Promise.race([interrupted, editor.exited]);
  await editor.stop();
}
