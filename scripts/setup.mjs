// All set-up that a fresh clone needs: installs, builds, compiles the tests. Each step is one line on stderr.
import { lstatSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ChildFailed, npmScript, quietly } from './child.mjs';
import { inRoot } from './place.mjs';

const OLDEST_NODE = 20;

/** The dependencies of package-lock.json, unless they are there. No package of ours needs its install scripts. */
export async function install() {
  requireNode();
  if (await isInstalled()) return;
  if (lstatSync(inRoot('node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw new Error('node_modules is a link, and npm would empty the folder behind it. Remove the link.');
  }
  await step('Installing the dependencies (npm ci)', () =>
    quietly([npmScript(), 'ci', '--ignore-scripts', '--no-audit', '--no-fund']),
  );
}

/** Both programs into dist/. */
export async function build() {
  await step('Building dist/ (npm run build)', () => quietly(['esbuild.js']));
}

/** The tests, and the sources they import, into out/. Files of earlier runs are removed first. */
export async function compileTests() {
  await step('Compiling the tests (npm run compile)', () => {
    rmSync(inRoot('out/test'), { recursive: true, force: true });
    rmSync(inRoot('out/src'), { recursive: true, force: true });
    return quietly([inRoot('node_modules/typescript/bin/tsc'), '--outDir', 'out', '--noEmit', 'false']);
  });
}

/**
 * Runs a launch script's main function; what it throws becomes a message and exit code 1.
 * @param {() => Promise<void>} main
 */
export async function launch(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof ChildFailed ? `${error.output}\n${error.message}` : error);
    process.exitCode = 1;
  }
}

/**
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 */
async function step(title, work) {
  process.stderr.write(`• ${title} … `);
  const started = performance.now();
  try {
    const result = await work();
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

/** Whether node_modules holds exactly what package-lock.json asks for; what another system needs may be absent. */
async function isInstalled() {
  const [wanted, present] = await Promise.all([
    packages('package-lock.json'),
    packages('node_modules/.package-lock.json'),
  ]);
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const installed = present[path];
    return installed === undefined ? entry.optional === true : installed.version === entry.version;
  });
}

/**
 * @param {string} file
 * @returns {Promise<Record<string, { version: string, optional?: boolean }> | undefined>}
 */
async function packages(file) {
  try {
    return JSON.parse(await readFile(inRoot(file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}
