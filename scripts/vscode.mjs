// npm run vscode: packages the extension and opens a real VS Code with it, in the folder that it is called from.
// Desktop `code` if it is on PATH, else the VS Code server from npm, for a browser. Settings and extensions of the
// person stay as they are: the editor has folders of its own.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createProfile } from '../test/extension/host/profile.mjs';
import { installExtension, startEditor } from '../test/extension/host/editor.mjs';
import { ensureHost } from '../test/extension/host/install.mjs';
import { NEWEST } from '../test/extension/host/versions.mjs';
import { packageExtension } from '../test/extension/package.mjs';
import { ending } from './child.mjs';
import { launch } from './setup.mjs';

/** npm runs scripts in the repository's folder, and tells where it was called. */
const folder = process.env.INIT_CWD ?? process.cwd();
const say = (line) => console.error(`• ${line}`);

await launch(async () => {
  say('packaging the extension');
  const vsix = await packageExtension();
  // After the packaging, which has installed the dependencies.
  const { default: which } = await import('which');
  const desktop = await which('code', { nothrow: true });
  const profile = await createProfile();
  try {
    await (desktop === null ? serve(profile, vsix) : openDesktop(desktop, profile, vsix));
  } finally {
    await profile.dispose();
  }
});

/** Opens desktop VS Code and waits until its window is closed. */
async function openDesktop(program, profile, vsix) {
  const own = ['--user-data-dir', profile.userData, '--extensions-dir', profile.extensions];
  await code(program, [...own, '--install-extension', vsix]);
  say(`opening ${folder} in ${program}; this ends when its window is closed`);
  await code(program, [...own, '--new-window', '--wait', folder]);
}

async function code(program, args) {
  // On Windows `code` is a batch file, which only a shell can start.
  const shell = process.platform === 'win32';
  const quoted = shell ? [program, ...args].map((part) => `"${part}"`) : [program, ...args];
  const child = spawn(quoted[0], quoted.slice(1), { stdio: 'inherit', shell });
  const result = await ending(child);
  if (result.code !== 0) throw new Error(`${program} ended with ${result.code ?? result.signal}`);
}

/** Serves VS Code for a browser until this process is told to end. */
async function serve(profile, vsix) {
  say('no desktop VS Code (`code`) on PATH; using the VS Code server from npm');
  const host = await ensureHost(NEWEST, say);
  await installExtension(host, profile, vsix);
  const token = randomBytes(16).toString('hex');
  // The person's own environment: their Claude is signed in there.
  const editor = await startEditor({ host, profile: { ...profile, env: {} }, env: process.env, token });
  console.log(`VS Code with the extension: ${editor.url}/?${new URLSearchParams({ tkn: token, folder })}`);
  console.log('Press Ctrl-C to end it.');
  const told = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
  });
  await Promise.race([told, editor.exited]);
  await editor.stop();
}
