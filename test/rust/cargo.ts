/** Client programs in Rust. `Cargo.lock` holds the versions; what is built is in the cache. */
import { join } from 'node:path';
import type { ClientSuite } from '../support/clientSuite/describeClient.js';
import { cacheFolder } from '../support/programCache.js';
import { runTool, testFile, versionOf } from '../support/toolchain.js';

const target = cacheFolder('rust');
const options = { cwd: testFile('rust/clients'), env: { CARGO_TARGET_DIR: target } };
const suffix = process.platform === 'win32' ? '.exe' : '';

/** Prepares and builds a program of `clients/src/bin`. */
export const rustProgram = (
  program: string,
  ...args: readonly string[]
): Pick<ClientSuite, 'prepare' | 'build'> => ({
  async prepare() {
    await versionOf('cargo', ['--version']);
    await runTool('cargo', ['fetch', '--locked', '--quiet'], options);
    return { file: join(target, 'debug', `${program}${suffix}`), args };
  },
  async build() {
    await runTool('cargo', ['build', '--locked', '--quiet', '--bin', program], options);
  },
});
