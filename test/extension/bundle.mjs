// Bundles the suite that runs inside the editor, and the TypeScript helpers of these scripts, into out/extension.
import { readdir, rm } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { inRoot } from '../../scripts/paths.mjs';

const out = inRoot('out/extension');

/** @returns {Promise<string>} path of the bundle that exports `run` */
export async function bundleSuite() {
  const folder = inRoot('test/extension/suite');
  const files = (await readdir(folder)).filter((name) => name === 'index.ts' || name.endsWith('.test.ts'));
  await rm(`${out}/suite`, { recursive: true, force: true });
  await build({
    entryPoints: files.map((name) => `${folder}/${name}`),
    outdir: `${out}/suite`,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
  return `${out}/suite/index.cjs`;
}

/** @returns {Promise<typeof import('./model.ts')>} */
export const loadModel = () => loadBundled('model');

/** @returns {Promise<typeof import('./chatModel.ts')>} */
export const loadChatModel = () => loadBundled('chatModel');

/** @returns {Promise<typeof import('./setupModel.ts')>} */
export const loadSetupModel = () => loadBundled('setupModel');

/** @returns {Promise<typeof import('./hostileFolder.ts')>} */
export const loadHostileFolder = () => loadBundled('hostileFolder');

/**
 * @template T
 * @param {string} name of a module in this folder
 * @returns {Promise<T>}
 */
async function loadBundled(name) {
  const outfile = `${out}/${name}.mjs`;
  await build({
    entryPoints: [inRoot(`test/extension/${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}
