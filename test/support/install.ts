/** Installs programs from npm into the cache, once for each version, without install scripts. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, preparedOrSkip } from './programCache.js';

interface ChildProcessModule {
  readonly npmCliPath: () => string;
  readonly runNode: (args: readonly string[]) => Promise<string>;
}

/** Seen from the compiled file in out/test/support. */
const CHILD_PROCESS = new URL('../../../scripts/childProcess.mjs', import.meta.url).href;

/**
 * Installs a package, unless the cache has it.
 * @param name the package's name, with its scope
 * @param others further packages in the same folder, with their versions: `name@version`
 * @returns the folder that holds `node_modules`
 * @throws Error with npm's output if the installation fails
 */
export function installed(name: string, version: string, others: readonly string[] = []): Promise<string> {
  const specs = [`${name}@${version}`, ...others];
  return cached('agents', specs.join('_').replaceAll('/', '+'), (draft) => installInto(draft, specs));
}

async function installInto(folder: string, specs: readonly string[]): Promise<void> {
  const { npmCliPath, runNode } = (await import(CHILD_PROCESS)) as ChildProcessModule;
  await writeFile(join(folder, 'package.json'), '{ "name": "agent-for-tests", "private": true }\n');
  console.log(`      installing ${specs.join(' ')} from npm`);
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  // Without a network, fail within seconds.
  const failFast = ['--prefer-offline', '--fetch-retries=1', '--fetch-retry-mintimeout=2000'];
  await runNode([
    npmCliPath(),
    'install',
    '--ignore-scripts',
    ...['--prefix', folder],
    ...quiet,
    ...failFast,
    ...specs,
  ]);
}

/**
 * Installs in a `before` hook. Skips the tests, with a message, if the package cannot be installed.
 * @param context the hook's context
 */
export function installedOrSkip(
  context: Mocha.Context,
  name: string,
  version: string,
  others: readonly string[] = [],
): Promise<string> {
  return preparedOrSkip(context, `${name}@${version}`, () => installed(name, version, others));
}

/**
 * The program of a package that is published once for each platform, as `<prefix>-<platform>-<architecture>`. Skips the
 * tests if it cannot be installed.
 * @param prefix the common part of the packages' names
 */
export async function programOrSkip(
  context: Mocha.Context,
  prefix: string,
  version: string,
  program: string,
): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `${prefix}-${platform}-${process.arch}`;
  const folder = await installedOrSkip(context, name, version);
  return join(folder, 'node_modules', name, 'bin', platform === 'windows' ? `${program}.exe` : program);
}
