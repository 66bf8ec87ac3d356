// Installs the system packages that the VS Code server needs: a browser to open it in, and a compiler for two native
// modules.
import { findProgram, runCommand } from './command.mjs';
import { HostUnavailable } from './unavailable.mjs';

/** Program → Debian package. */
const PACKAGES = { chromium: 'chromium', 'g++': 'g++', make: 'make', python3: 'python3' };

/**
 * Installs those of the named programs that are missing.
 * @param {string[]} programs keys of PACKAGES
 * @param {(line: string) => void} log
 * @throws {HostUnavailable} when programs are missing and cannot be installed
 */
export async function ensurePrograms(programs, log) {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  if (missing.length === 0) return;
  const packages = missing.map((program) => PACKAGES[program]);
  if (findProgram('apt-get') === undefined || process.getuid?.() !== 0) {
    throw new HostUnavailable(
      `${missing.join(', ')} not found; install ${packages.join(' ')} (needs root and apt-get)`,
    );
  }
  log(`installing ${packages.join(', ')} with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '--yes', '--no-install-recommends', ...packages];
  try {
    await runCommand('apt-get', ['update'], { env });
    await runCommand('apt-get', install, { env });
  } catch (error) {
    throw new HostUnavailable(`apt-get could not install ${packages.join(' ')}: ${error.message}`, {
      cause: error,
    });
  }
}
