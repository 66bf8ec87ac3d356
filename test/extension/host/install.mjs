// Puts a VS Code server from npm (the one inside code-server) and the Node that it runs on into a cache outside the
// repository. Only the npm registry is asked, and no install script runs except node-gyp for two modules.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../support/command.mjs';
import { ensurePrograms } from '../../support/systemPackages.mjs';
import { HostUnavailable } from '../../support/unavailable.mjs';

/** Grows when the steps below change, so that older installs are made anew. */
const RECIPE = 1;

/** spdlog writes the files behind every output channel; native-watchdog ends orphaned extension hosts. */
const NATIVE_MODULES = ['@vscode/spdlog', '@vscode/native-watchdog'];

/** Parts of the server that no test needs: the Copilot CLI's run time alone is 126 MB. */
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
 * The installed host of that version; installs it first when the cache has none (under a minute).
 * Safe to run twice at once: each run installs into a folder of its own, and the first to finish gets the name.
 * @returns {Promise<Host>}
 * @throws HostUnavailable
 */
export async function ensureHost(version, say) {
  const arch = { x64: 'x64', arm64: 'arm64' }[process.arch];
  if (process.platform !== 'linux' || arch === undefined) {
    throw new HostUnavailable(
      `the VS Code server from npm runs on Linux x64 and arm64, this is ${process.platform} ${process.arch}`,
    );
  }
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'claude-ollama-editors');
  const folder = join(cache, `${version.codeServer}-r${RECIPE}`);
  const nodePackage = `node-linux-${arch}`;
  if (!existsSync(folder)) {
    await ensurePrograms(['g++', 'make', 'python3'], say);
    say(`installing VS Code ${version.vscode} (code-server ${version.codeServer}) from npm into ${folder}`);
    await mkdir(cache, { recursive: true });
    const draft = await mkdtemp(join(cache, `.${version.codeServer}-`));
    try {
      await fill(draft, version, nodePackage);
      await rename(draft, folder);
    } catch (error) {
      // Another run was first: its folder is as good.
      if (!existsSync(folder)) {
        throw new HostUnavailable(`installing it failed: ${error.message}`, { cause: error });
      }
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
  return {
    folder,
    node: join(folder, 'node_modules', nodePackage, 'bin/node'),
    serverMain: join(folder, 'node_modules/code-server/lib/vscode/out/server-main.js'),
    version,
  };
}

async function fill(folder, version, nodePackage) {
  const nodeHome = join(folder, 'node_modules', nodePackage);
  const server = join(folder, 'node_modules/code-server/lib/vscode');
  const env = npmEnvironment(nodeHome);
  const npm = (cwd, ...args) =>
    runCommand('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, env });

  await writeFile(join(folder, 'package.json'), '{ "name": "editor-for-tests", "private": true }\n');
  // The node-linux packages are the plain binary, with the headers that node-gyp needs.
  await npm(
    folder,
    'install',
    '--ignore-scripts',
    '--no-package-lock',
    `code-server@${version.codeServer}`,
    `${nodePackage}@${version.node}`,
  );
  // What code-server's own install script would do. `npm ci` refuses: its shrinkwrap differs from its package.json.
  await npm(server, 'install', '--omit=dev', '--ignore-scripts');
  for (const name of NATIVE_MODULES) {
    if (!existsSync(join(server, 'node_modules', name))) continue;
    await npm(server, 'rebuild', name, '--ignore-scripts=false', '--dangerously-allow-all-scripts');
    await rm(join(server, 'node_modules', name, 'build/Release/obj.target'), {
      recursive: true,
      force: true,
    });
  }
  await prune(server, nodeHome);
}

/** The caller's npm settings (registry, cache), without those that `npm run` adds for the project it runs in. */
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

async function prune(server, nodeHome) {
  const foreign = [];
  for (const [folder, keep] of [
    ['node_modules/node-pty/prebuilds', `linux-${process.arch}`],
    ['node_modules/@vscode/ripgrep-universal/bin', `linux-${process.arch}`],
  ]) {
    if (!existsSync(join(server, folder))) continue;
    for (const name of await readdir(join(server, folder))) {
      if (name !== keep) foreign.push(join(server, folder, name));
    }
  }
  const headers = ['share', 'include', 'CHANGELOG.md'].map((name) => join(nodeHome, name));
  const unneeded = UNNEEDED.map((name) => join(server, name));
  await Promise.all(
    [...foreign, ...headers, ...unneeded].map((path) => rm(path, { recursive: true, force: true })),
  );
}
