// Starts and stops the VS Code server of an installed host, and installs extensions into it.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { runCommand } from '../../support/command.mjs';

/** @typedef {import('./install.mjs').Host} Host */
/** @typedef {import('./profile.mjs').Profile} Profile */

const START_MS = 60_000;
const STOP_MS = 5_000;

/**
 * Disables the marketplace, and removes variables of a VS Code terminal that this process may run in.
 * @param {Host} host
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function environment(host, env) {
  /** @type {NodeJS.ProcessEnv} */
  const merged = { EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...env };
  for (const name of ['VSCODE_IPC_HOOK_CLI', 'ELECTRON_RUN_AS_NODE', 'NODE_OPTIONS']) delete merged[name];
  merged.PATH = `${dirname(host.node)}:${merged.PATH}`;
  return merged;
}

/**
 * @param {Host} host
 * @param {Pick<Profile, 'userData' | 'extensions'>} profile
 */
const commonArguments = (host, profile) => [
  host.serverMain,
  '--accept-server-license-terms',
  '--user-data-dir',
  profile.userData,
  '--extensions-dir',
  profile.extensions,
];

/**
 * Installs a .vsix with the editor's own command line.
 * @param {Host} host
 * @param {Profile} profile
 * @param {string} vsix
 * @throws {Error} with the editor's output, when it does not install the file
 */
export async function installExtension(host, profile, vsix) {
  const env = environment(host, { ...process.env, ...profile.env });
  const output = await runCommand(
    host.node,
    [...commonArguments(host, profile), '--install-extension', vsix],
    {
      env,
    },
  );
  if (!/successfully installed/.test(output)) throw new Error(`installing ${vsix} failed:\n${output}`);
}

/**
 * Starts the server on a free port.
 * @param {object} options
 * @param {Host} options.host
 * @param {Omit<Profile, 'env'> & { env: Partial<Profile['env']> }} options.profile
 * @param {NodeJS.ProcessEnv} options.env environment of the server and of its extension host
 * @param {string[]} [options.flags]
 * @param {string} [options.token] connection token that browsers must send; if missing, every local client may connect
 */
export async function startEditor({ host, profile, env, flags = [], token }) {
  const access = token === undefined ? ['--without-connection-token'] : ['--connection-token', token];
  const args = [
    ...commonArguments(host, profile),
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
    // Its own process group, so that stop() also reaches the extension hosts.
    detached: true,
  });
  const logFile = join(profile.root, 'server.log');
  const log = createWriteStream(logFile);
  const exited = new Promise((resolve) => child.once('close', resolve));
  /** @type {Set<(line: string) => void>} */
  const listeners = new Set();
  /** @type {string[]} */
  const tail = [];
  const onLine = (/** @type {string} */ line) => {
    log.write(`${line}\n`);
    if (tail.push(line) > 50) tail.shift();
    for (const listener of listeners) listener(line);
  };
  createInterface({ input: child.stdout }).on('line', onLine);
  createInterface({ input: child.stderr }).on('line', onLine);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<string>} */
  const started = new Promise((resolve, reject) => {
    const fail = (/** @type {string} */ reason) =>
      reject(new Error(`the editor ${reason}:\n${tail.join('\n')}`));
    timer = setTimeout(() => fail('did not start'), START_MS);
    child.once('error', reject);
    void exited.then((code) => fail(`exited with code ${code}`));
    listeners.add((line) => {
      const [, ready] = /Web UI available at (http:\/\/[^\s/?]+)/.exec(line) ?? [];
      if (ready !== undefined) resolve(ready.replace('localhost', '127.0.0.1'));
    });
  });
  const url = await started.finally(() => clearTimeout(timer));

  const signal = (/** @type {NodeJS.Signals} */ name) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // The process group no longer exists.
    }
  };
  return {
    url,
    /** The authority of vscode-remote URIs: 127.0.0.1:PORT. */
    authority: url.slice('http://'.length),
    logFile,
    exited,
    /** Calls the listener with each further line that the server prints. */
    onLine: (/** @type {(line: string) => void} */ listener) => listeners.add(listener),
    async stop() {
      signal('SIGTERM');
      const timer = setTimeout(() => signal('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(timer);
      // Kill the rest of the group: extension hosts and file watchers.
      signal('SIGKILL');
      log.end();
    },
  };
}
