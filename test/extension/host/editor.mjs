// Runs the VS Code server of an installed host.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { runCommand } from '../../support/command.mjs';

const START_MS = 60_000;
const STOP_MS = 5_000;

/** No marketplace is asked, and nothing of an editor that this process may run in gets through. */
function environment(host, env) {
  const merged = { EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...env };
  for (const name of ['VSCODE_IPC_HOOK_CLI', 'ELECTRON_RUN_AS_NODE', 'NODE_OPTIONS']) delete merged[name];
  merged.PATH = `${dirname(host.node)}:${merged.PATH}`;
  return merged;
}

const common = (host, profile) => [
  host.serverMain,
  '--accept-server-license-terms',
  '--user-data-dir',
  profile.userData,
  '--extensions-dir',
  profile.extensions,
];

/** Installs a .vsix as a person would from the command line. Throws with the editor's words when it refuses. */
export async function installExtension(host, profile, vsix) {
  const env = environment(host, { ...process.env, ...profile.env });
  const output = await runCommand(host.node, [...common(host, profile), '--install-extension', vsix], {
    env,
  });
  if (!/successfully installed/.test(output)) throw new Error(`installing ${vsix} failed:\n${output}`);
}

/**
 * Starts the server on a port of its own.
 * @param {object} options
 * @param {import('./install.mjs').Host} options.host
 * @param {import('./profile.mjs').Profile} options.profile
 * @param {Record<string, string>} options.env reaches the extension host
 * @param {string[]} [options.flags]
 * @param {string} [options.token] asked from every browser; without one, anybody on this machine may connect
 */
export async function startEditor({ host, profile, env, flags = [], token }) {
  const access = token === undefined ? ['--without-connection-token'] : ['--connection-token', token];
  const args = [
    ...common(host, profile),
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--disable-telemetry',
    ...access,
  ];
  const child = spawn(host.node, [...args, ...flags], {
    env: environment(host, { ...env, ...profile.env }),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that its extension hosts end with it.
    detached: true,
  });
  const logFile = join(profile.root, 'server.log');
  const log = createWriteStream(logFile);
  const exited = new Promise((resolve) => child.once('close', resolve));
  const listeners = new Set();
  const tail = [];
  const onLine = (line) => {
    log.write(`${line}\n`);
    if (tail.push(line) > 50) tail.shift();
    for (const listener of listeners) listener(line);
  };
  createInterface({ input: child.stdout }).on('line', onLine);
  createInterface({ input: child.stderr }).on('line', onLine);
  let late;
  const started = new Promise((resolve, reject) => {
    const fail = (what) => reject(new Error(`the editor ${what}:\n${tail.join('\n')}`));
    late = setTimeout(() => fail('did not start'), START_MS);
    child.once('error', reject);
    void exited.then((code) => fail(`ended with ${code}`));
    listeners.add((line) => {
      const ready = /Web UI available at (http:\/\/[^\s/?]+)/.exec(line);
      if (ready !== null) resolve(ready[1].replace('localhost', '127.0.0.1'));
    });
  });
  const url = await started.finally(() => clearTimeout(late));

  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      // The group has ended.
    }
  };
  return {
    url,
    /** As in the URIs of its files: 127.0.0.1:PORT. */
    authority: url.slice('http://'.length),
    logFile,
    exited,
    /** Calls back with every further line that the server prints. */
    onLine: (listener) => listeners.add(listener),
    async stop() {
      signal('SIGTERM');
      const late = setTimeout(() => signal('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(late);
      // What is left of the group: extension hosts, file watchers.
      signal('SIGKILL');
      log.end();
    },
  };
}
