/**
 * Programs that are too big for dev dependencies: installed from npm into a cache outside the repository, once for each
 * version, and without their install scripts.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

interface ChildProcessModule {
  readonly npmCliPath: () => string;
  readonly runNode: (args: readonly string[]) => Promise<string>;
}

/** Compiled, this file is four folders deep. */
const CHILD_PROCESS = new URL('../../../../scripts/childProcess.mjs', import.meta.url).href;

/**
 * Installs a package, unless the cache has it. Safe to run twice at once: each run installs into a folder of its own, and
 * the first to finish gets the name.
 * @param name of the package, with its scope
 * @returns the folder that holds `node_modules`
 * @throws Error with npm's words when it cannot be had
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
    await fill(draft, `${name}@${version}`);
    await rename(draft, folder);
  } catch (error) {
    // Another run was first: its folder is as good.
    if (!existsSync(folder)) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}

async function fill(folder: string, wanted: string): Promise<void> {
  const { npmCliPath, runNode } = (await import(CHILD_PROCESS)) as ChildProcessModule;
  await writeFile(join(folder, 'package.json'), '{ "name": "agent-for-tests", "private": true }\n');
  console.log(`      installing ${wanted} from npm`);
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  // Without a network, the reason shall not take minutes.
  const hasty = ['--prefer-offline', '--fetch-retries=1', '--fetch-retry-mintimeout=2000'];
  await runNode([
    npmCliPath(),
    'install',
    '--ignore-scripts',
    ...['--prefix', folder],
    ...quiet,
    ...hasty,
    wanted,
  ]);
}

/**
 * Installs in a `before` hook. What cannot be installed is a reason to skip the tests, said out loud.
 * @param context of the hook
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
 * The program of a package that has one package for each system, named after it.
 * @param packages what their names begin with
 */
export async function programOrSkip(
  context: Mocha.Context,
  packages: string,
  version: string,
  program: string,
): Promise<string> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `${packages}-${system}-${process.arch}`;
  const folder = await installedOrSkip(context, name, version);
  return join(folder, 'node_modules', name, 'bin', system === 'windows' ? `${program}.exe` : program);
}
