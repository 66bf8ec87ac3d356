// Installs a VS Code server from npm (the one inside code-server), and the Node that it runs on, into a cache outside the
// repository. Downloads from the npm registry only, and runs no install script except node-gyp for two modules.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../support/command.mjs';
import { ensurePrograms } from '../../support/systemPackages.mjs';
import { HostUnavailable } from '../../support/unavailable.mjs';

/** Part of the cache folder's name. Increase it when the steps below change, so that a new folder is installed. */
const INSTALL_REVISION = 1;

/** spdlog writes the log files of output channels; native-watchdog ends orphaned extension hosts. */
const NATIVE_MODULES = ['@vscode/spdlog', '@vscode/native-watchdog'];

/** Parts of the server that no test needs. The runtime of the Copilot CLI alone takes 126 MB. */
const UNNEEDED = [
  'node_modules/@github',
  'node_modules/@microsoft/mxc-sdk',
  'extensions/mermaid-markdown-features',
  'extensions/ms-vscode.js-debug',
  'extensions/ms-vscode.js-debug-companion',
  'extensions/ms-vscode.vscode-js-profile-table',
];

/** @typedef {{ folder: string, node: string, serverMain: string, version: typeof import('./versions.mjs').NEWEST }} Host */

/**
 * Returns the host of a version, and installs it first if it is not in the cache (takes less than a minute).
 * Concurrent calls are safe: each installs into its own temporary folder, and the first to finish renames it.
 * @param {typeof import('./versions.mjs').NEWEST} version
 * @param {(line: string) => void} log
 * @returns {Promise<Host>}
 * @throws {HostUnavailable} on other systems than Linux x64 and arm64, or when the installation fails
 */
export async function ensureHost(version, log) {
  const { arch } = process;
  if (process.platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) {
    throw new HostUnavailable(
      `the VS Code server from npm runs on Linux x64 and arm64, this is ${process.platform} ${process.arch}`,
    );
  }
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'claude-ollama-editors');
  const folder = join(cache, `${version.codeServer}-r${INSTALL_REVISION}`);
  const nodePackage = `node-linux-${arch}`;
  if (!existsSync(folder)) {
    await ensurePrograms(['g++', 'make', 'python3'], log);
    log(`installing VS Code ${version.vscode} (code-server ${version.codeServer}) from npm into ${folder}`);
    await mkdir(cache, { recursive: true });
    const temporary = await mkdtemp(join(cache, `.${version.codeServer}-`));
    try {
      await installServer(temporary, version, nodePackage);
      await rename(temporary, folder);
    } catch (error) {
      // Another process may have installed the same version meanwhile.
      if (!existsSync(folder)) {
        throw new HostUnavailable(`its installation failed: ${String(error)}`, { cause: error });
      }
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }
  return {
    folder,
    node: join(folder, 'node_modules', nodePackage, 'bin/node'),
    serverMain: join(folder, 'node_modules/code-server/lib/vscode/out/server-main.js'),
    version,
  };
}

/**
 * @param {string} folder
 * @param {Host['version']} version
 * @param {string} nodePackage
 */
async function installServer(folder, version, nodePackage) {
  const nodeHome = join(folder, 'node_modules', nodePackage);
  const server = join(folder, 'node_modules/code-server/lib/vscode');
  const env = npmEnvironment(nodeHome);
  const npm = (/** @type {string} */ cwd, /** @type {string[]} */ ...args) =>
    runCommand('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, env });

  await writeFile(join(folder, 'package.json'), '{ "name": "editor-for-tests", "private": true }\n');
  // The node-linux packages contain the Node binary and the headers that node-gyp needs.
  await npm(
    folder,
    'install',
    '--ignore-scripts',
    '--no-package-lock',
    `code-server@${version.codeServer}`,
    `${nodePackage}@${version.node}`,
  );
  // Replaces code-server's own install script. `npm ci` fails: its shrinkwrap differs from its package.json.
  await npm(server, 'install', '--omit=dev', '--ignore-scripts');
  for (const name of NATIVE_MODULES) {
    if (!existsSync(join(server, 'node_modules', name))) continue;
    await npm(server, 'rebuild', name, '--ignore-scripts=false', '--dangerously-allow-all-scripts');
    await rm(join(server, 'node_modules', name, 'build/Release/obj.target'), {
      recursive: true,
      force: true,
    });
  }
  await removeUnneeded(server, nodeHome);
}

/**
 * This process's environment with its npm settings (registry, cache), but without what `npm run` adds for a project.
 * @param {string} nodeHome
 */
function npmEnvironment(nodeHome) {
  const env = { ...process.env };
  for (const name of Object.keys(env)) {
    if (/^npm_(package|lifecycle)_/.test(name) || /^npm_config_(local_|global_)?prefix$/.test(name))
      delete env[name];
  }
  env.npm_config_nodedir = nodeHome;
  env.PATH = `${join(nodeHome, 'bin')}:${env.PATH}`;
  return env;
}

/**
 * @param {string} server
 * @param {string} nodeHome
 */
async function removeUnneeded(server, nodeHome) {
  const otherPlatforms = [];
  for (const [folder, keep] of /** @type {const} */ ([
    ['node_modules/node-pty/prebuilds', `linux-${process.arch}`],
    ['node_modules/@vscode/ripgrep-universal/bin', `linux-${process.arch}`],
  ])) {
    if (!existsSync(join(server, folder))) continue;
    for (const name of await readdir(join(server, folder))) {
      if (name !== keep) otherPlatforms.push(join(server, folder, name));
    }
  }
  const headers = ['share', 'include', 'CHANGELOG.md'].map((name) => join(nodeHome, name));
  const unneeded = UNNEEDED.map((name) => join(server, name));
  await Promise.all(
    [...otherPlatforms, ...headers, ...unneeded].map((path) => rm(path, { recursive: true, force: true })),
  );
}
