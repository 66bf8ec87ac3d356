// Packages the extension for the tests.
import { readFileSync } from 'node:fs';
import { runNode } from '../../scripts/childProcess.mjs';
import { inRoot } from '../../scripts/paths.mjs';

/**
 * Builds and packages the extension.
 * @returns {Promise<string>} path of the .vsix
 */
export async function packageExtension() {
  await runNode([inRoot('scripts/package.mjs')]);
  const { name, version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  return inRoot(`${name}-${version}.vsix`);
}
