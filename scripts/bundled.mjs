import { pathToFileURL } from 'node:url';
import { inRoot } from './place.mjs';

/**
 * Loads a TypeScript module of the repository, bundled into `out/scripts`. Only after the set-up: esbuild is a dependency.
 * @param {string} entry its path from the root
 * @param {string} name of the bundle, without an ending
 * @returns {Promise<unknown>} the module
 */
export async function loadBundled(entry, name) {
  const { build } = await import('esbuild');
  const outfile = inRoot(`out/scripts/${name}.mjs`);
  await build({
    entryPoints: [inRoot(entry)],
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
