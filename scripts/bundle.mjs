import { pathToFileURL } from 'node:url';
import { inRoot } from './paths.mjs';

/**
 * Bundles a TypeScript module of the repository into `out/scripts` and imports it. Call it only after `install()`:
 * esbuild is a dependency.
 * @template T
 * @param {string} entry its path from the repository's folder
 * @param {string} name of the bundle, without `.mjs`
 * @returns {Promise<T>} the module
 */
export async function importBundled(entry, name) {
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
