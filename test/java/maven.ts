/** Client programs in Java. The files `pom.xml` hold the versions; what is built is in the cache. */
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { ClientSuite } from '../support/clientSuite/describeClient.js';
import { cacheFolder } from '../support/programCache.js';
import { runTool, testFile, versionOf } from '../support/toolchain.js';

/** The libraries need this version or a newer one. */
const OLDEST_JAVA = 17;

const buildFolder = cacheFolder('java');
const options = { cwd: testFile('java/clients') };
const maven = process.platform === 'win32' ? 'mvn.cmd' : 'mvn';

/** Downloads what all modules need, once for a run of the suite. */
let downloads: Promise<string> | undefined;

/**
 * Prepares and builds the program of a folder in `clients/`.
 * @param main its main class
 */
export const javaProgram = (
  module: string,
  main: string,
  ...args: readonly string[]
): Pick<ClientSuite, 'prepare' | 'build'> => ({
  async prepare() {
    await requireJava();
    await versionOf(maven, ['--version']);
    downloads ??= runMaven('dependency:go-offline');
    await downloads;
    return { file: 'java', args: [`@${argumentsFile(module)}`, main, ...args] };
  },
  async build() {
    const folder = join(buildFolder, module);
    await runMaven('compile', '--projects', module, '--also-make');
    const libraries = await readFile(join(folder, 'classpath'), 'utf8');
    const classPath = [join(folder, 'classes'), libraries].join(delimiter);
    // A command line on Windows is too short for the class path.
    await writeFile(argumentsFile(module), `-cp "${classPath.replaceAll('\\', '\\\\')}"\n`);
  },
});

/** The options of `java` for a program. */
const argumentsFile = (module: string): string => join(buildFolder, module, 'arguments');

const runMaven = (...args: readonly string[]): Promise<string> =>
  runTool(maven, ['--batch-mode', '--quiet', `-DbuildFolder=${buildFolder}`, ...args], options);

/** @throws Error if there is no compiler, or an old one */
async function requireJava(): Promise<void> {
  const version = await versionOf('javac', ['--version']);
  if (Number(/\d+/.exec(version)?.[0]) < OLDEST_JAVA)
    throw new Error(`Java ${OLDEST_JAVA} or newer is needed; this is ${version}`);
}
