/** Virtual environments of Python with locked packages. They are in the cache, one for each lock file and Python. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from '../support/programCache.js';
import type { Command } from '../support/clientSuite/program.js';
import { runTool, testFile, versionOf } from '../support/toolchain.js';

/** The lock files are made for this version and newer ones. */
const OLDEST_PYTHON = 11;
const ASK_VERSION = 'import sys; print("%d.%d.%d" % sys.version_info[:3])';

/**
 * The Python of a virtual environment with the packages of `requirements/NAME.txt`.
 * @throws Error if there is no Python with `venv`, or the packages cannot be installed
 */
export async function pythonWith(name: string): Promise<string> {
  const [python, version] = await systemPython();
  const lockFile = testFile(`python/requirements/${name}.txt`);
  const hash = createHash('sha256')
    .update(await readFile(lockFile))
    .digest('hex');
  const folder = await cached('python', `${name}-${version}-${hash.slice(0, 16)}`, async (draft) => {
    console.log(`      installing the packages of test/python/requirements/${name}.txt`);
    await runTool(python, ['-m', 'venv', draft]);
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
    // Without a network, fail within seconds.
    const failFast = ['--retries', '1', '--prefer-binary'];
    const args = ['-m', 'pip', 'install', ...quiet, ...failFast, '--require-hashes', '-r', lockFile];
    await runTool(pythonIn(draft), args);
  });
  return pythonIn(folder);
}

/** The interpreter of an environment. Its scripts are unusable, because the environment was renamed: use `-m`. */
const pythonIn = (folder: string): string =>
  process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');

async function systemPython(): Promise<readonly [string, string]> {
  const file = process.platform === 'win32' ? 'python' : 'python3';
  const version = await versionOf(file, ['-c', ASK_VERSION]);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major !== 3 || minor < OLDEST_PYTHON)
    throw new Error(`Python 3.${OLDEST_PYTHON} or newer is needed; this is ${version}`);
  return [file, version];
}

/** Prepares a client program in `clients/`. `requirements` names the lock file. */
export const pythonProgram =
  (program: string, requirements: string, ...args: readonly string[]) =>
  async (): Promise<Command> => ({
    file: await pythonWith(requirements),
    args: ['-u', testFile(`python/clients/${program}.py`), ...args],
    // No compiled files in the repository; text is UTF-8 on Windows too.
    env: { PYTHONDONTWRITEBYTECODE: '1', PYTHONUTF8: '1', PYTHONWARNINGS: 'ignore' },
  });
