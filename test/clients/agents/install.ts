/**
 * Installs programs that are too big for dev dependencies: from npm, into a cache outside the repository, once for each
 * version, without install scripts.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

interface ChildProcessModule {
  readonly npmCliPath: () => string;
  readonly runNode: (args: readonly string[]) => Promise<string>;
}

/** Seen from the compiled file in out/test/clients/agents. */
const CHILD_PROCESS = new URL('../../../../scripts/childProcess.mjs', import.meta.url).href;

/**
 * Installs a package, unless the cache has it. Can run twice at the same time: each run installs into its own temporary
 * folder, and the first to finish renames it.
 * @param name the package's name, with its scope
 * @returns the folder that holds `node_modules`
 * @throws Error with npm's output if the installation fails
 */
export async function installed(name: string, version: string): Promise<string> {
  const cache = join(
    process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
    'claude-ollama-server',
    'agents',
  );
  const folder = join(cache, `${name.replace('/', '+')}@${version}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, '.draft-'));
  try {
    await installInto(draft, `${name}@${version}`);
    await rename(draft, folder);
  } catch (error) {
    // Another run finished first; use its folder.
    if (!existsSync(folder)) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}

async function installInto(folder: string, spec: string): Promise<void> {
  const { npmCliPath, runNode } = (await import(CHILD_PROCESS)) as ChildProcessModule;
  await writeFile(join(folder, 'package.json'), '{ "name": "agent-for-tests", "private": true }\n');
  console.log(`      installing ${spec} from npm`);
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
    spec,
  ]);
}

/**
 * Installs in a `before` hook. Skips the tests, with a message, if the package cannot be installed.
 * @param context the hook's context
 */
export async function installedOrSkip(
  context: Mocha.Context,
  name: string,
  version: string,
): Promise<string> {
  try {
    return await installed(name, version);
  } catch (error) {
    const reason = error instanceof Error ? `${error.message} ${outputOf(error)}` : String(error);
    console.log(`      skipped, because ${name}@${version} cannot be installed: ${reason.trim()}`);
    return context.skip();
  }
}

function outputOf(error: Error): string {
  return 'output' in error && typeof error.output === 'string' ? error.output.slice(-1000) : '';
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
