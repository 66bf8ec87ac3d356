// The set-up that a fresh clone needs: install, build, compile the tests. Each step prints one line on stderr.
import { lstatSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ProcessError, npmCliPath, runNode } from './childProcess.mjs';
import { inRoot } from './paths.mjs';

const OLDEST_NODE = 20;

/**
 * Installs the dependencies of package-lock.json, unless they are installed. No dependency needs its install scripts.
 * @throws {Error} when Node is too old or node_modules is a link
 */
export async function install() {
  requireNode();
  if (await isInstalled()) return;
  if (lstatSync(inRoot('node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw new Error(
      'node_modules is a symbolic link, and npm would empty the folder it leads to. Remove the link.',
    );
  }
  await step('Installing the dependencies (npm ci)', () =>
    runNode([npmCliPath(), 'ci', '--ignore-scripts', '--no-audit', '--no-fund']),
  );
}

/** Builds the programs into dist/. */
export async function build() {
  await step('Building dist/ (npm run build)', () => runNode(['esbuild.js']));
}

/** Compiles the tests and the sources they import into out/, without files of earlier runs. */
export async function compileTests() {
  await step('Compiling the tests (npm run compile)', () => {
    rmSync(inRoot('out/test'), { recursive: true, force: true });
    rmSync(inRoot('out/src'), { recursive: true, force: true });
    return runNode([inRoot('node_modules/typescript/bin/tsc'), '--outDir', 'out', '--noEmit', 'false']);
  });
}

/** The command line is wrong. The message is for the user and includes the usage. */
export class UsageError extends Error {
  /** @override */
  name = 'UsageError';
}

/**
 * Runs the main function of a script. An error is printed, and the exit code becomes 1.
 * @param {() => Promise<void>} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof UsageError) console.error(error.message);
    else if (error instanceof ProcessError) console.error(`${error.output}\n${error.message}`);
    else console.error(error);
  }
}

/**
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} action
 */
async function step(title, action) {
  process.stderr.write(`• ${title} … `);
  const started = performance.now();
  try {
    const result = await action();
    process.stderr.write(`${((performance.now() - started) / 1000).toFixed(1)} s\n`);
    return result;
  } catch (error) {
    process.stderr.write('failed\n');
    throw error;
  }
}

function requireNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= OLDEST_NODE) return;
  throw new Error(
    `Node ${OLDEST_NODE} or newer is needed; this is ${process.version}. See https://nodejs.org`,
  );
}

/** Whether node_modules has the versions of package-lock.json. Packages for other operating systems may be missing. */
async function isInstalled() {
  const [required, installed] = await Promise.all([
    packagesOf('package-lock.json'),
    packagesOf('node_modules/.package-lock.json'),
  ]);
  if (required === undefined || installed === undefined) return false;
  return Object.entries(required).every(([path, { version, optional }]) => {
    if (path === '') return true;
    const found = installed[path];
    return found === undefined ? optional === true : found.version === version;
  });
}

/**
 * The packages that a lock file lists; `undefined` when there is no such file.
 * @param {string} file
 * @returns {Promise<Record<string, { version: string, optional?: boolean }> | undefined>}
 */
async function packagesOf(file) {
  try {
    return JSON.parse(await readFile(inRoot(file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}
