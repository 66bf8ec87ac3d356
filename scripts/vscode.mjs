// npm run vscode: packages the extension and opens a real VS Code with it, in the folder that it is called from: the
// desktop `code` if it is on PATH, else the VS Code server from npm, in a browser. The editor uses temporary folders for
// its settings and extensions, so the user's own stay unchanged.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createProfile } from '../test/extension/host/profile.mjs';
import { installExtension, startEditor } from '../test/extension/host/editor.mjs';
import { ensureHost } from '../test/extension/host/install.mjs';
import { NEWEST } from '../test/extension/host/versions.mjs';
import { packageExtension } from '../test/extension/package.mjs';
import { waitForExit } from './childProcess.mjs';
import { callerFolder } from './paths.mjs';
import { runMain } from './setup.mjs';

/** @typedef {import('../test/extension/host/profile.mjs').Profile} Profile */

const folder = callerFolder('vscode');
/** @param {string} line */
const say = (line) => console.error(`• ${line}`);

await runMain(async () => {
  say('packaging the extension');
  const vsix = await packageExtension();
  // packageExtension() installs the dependencies, `which` among them.
  const { default: which } = await import('which');
  const desktop = await which('code', { nothrow: true });
  const profile = await createProfile();
  try {
    await (desktop === null ? serve(profile, vsix) : openDesktop(desktop, profile, vsix));
  } finally {
    await profile.dispose();
  }
});

/**
 * Opens desktop VS Code and waits until the user closes its window.
 * @param {string} code the path of the program
 * @param {Profile} profile
 * @param {string} vsix
 */
async function openDesktop(code, profile, vsix) {
  const folders = ['--user-data-dir', profile.userData, '--extensions-dir', profile.extensions];
  await runCode(code, [...folders, '--install-extension', vsix]);
  say(`opening ${folder} in ${code}; this ends when its window is closed`);
  await runCode(code, [...folders, '--new-window', '--wait', folder]);
}

/**
 * @param {string} code the path of the program
 * @param {readonly string[]} args
 */
async function runCode(code, args) {
  // On Windows, `code` is a batch file, which only a shell can start.
  const shell = process.platform === 'win32';
  const command = shell ? `"${code}"` : code;
  const child = spawn(command, shell ? args.map((arg) => `"${arg}"`) : args, { stdio: 'inherit', shell });
  const exit = await waitForExit(child);
  if (exit.code !== 0) throw new Error(`${code} ended with ${exit.code ?? exit.signal}`);
}

/**
 * Serves VS Code to a browser until Ctrl-C.
 * @param {Profile} profile
 * @param {string} vsix
 */
async function serve(profile, vsix) {
  say('no desktop VS Code (`code`) on PATH; using the VS Code server from npm');
  const host = await ensureHost(NEWEST, say);
  await installExtension(host, profile, vsix);
  const token = randomBytes(16).toString('hex');
  // The user's own environment, without the profile's: the user's Claude CLI is signed in there.
  const editor = await startEditor({ host, profile: { ...profile, env: {} }, env: process.env, token });
  console.log(`VS Code with the extension: ${editor.url}/?${new URLSearchParams({ tkn: token, folder })}`);
  console.log('Press Ctrl-C to end it.');
  const interrupted = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
  });
  await Promise.race([interrupted, editor.exited]);
  await editor.stop();
}
