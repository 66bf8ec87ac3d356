// Programs from the system's package manager that tests need: a browser, a compiler for two native modules, and what sets up
// a small Debian with wine.
import { findProgram, runCommand } from './command.mjs';
import { HostUnavailable } from './unavailable.mjs';

/** The Debian package of each program. */
const PACKAGES = {
  chromium: 'chromium',
  debootstrap: 'debootstrap',
  'g++': 'g++',
  ip: 'iproute2',
  make: 'make',
  python3: 'python3',
};

/**
 * Installs those of the programs that are missing.
 * @param {readonly (keyof typeof PACKAGES)[]} programs
 * @param {(line: string) => void} say receives progress
 * @throws {HostUnavailable} when one is missing and cannot be installed
 */
export async function ensurePrograms(programs, say) {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  if (missing.length === 0) return;
  const wanted = missing.map((program) => PACKAGES[program]);
  if (findProgram('apt-get') === undefined || process.getuid?.() !== 0) {
    throw new HostUnavailable(
      `${missing.join(', ')} not found; install ${wanted.join(' ')} (needs root and apt-get)`,
    );
  }
  say(`installing ${wanted.join(', ')} with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '--yes', '--no-install-recommends', ...wanted];
  try {
    await runCommand('apt-get', ['update'], { env });
    await runCommand('apt-get', install, { env });
  } catch (cause) {
    throw new HostUnavailable(`apt-get could not install ${wanted.join(' ')}: ${String(cause)}`, { cause });
  }
}
