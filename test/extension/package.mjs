// Packages the extension for the tests.
import { readFileSync } from 'node:fs';
import { quietly } from '../../scripts/child.mjs';
import { inRoot } from '../../scripts/place.mjs';

/**
 * Builds and packages the extension.
 * @returns {Promise<string>} path of the .vsix
 */
export async function packageExtension() {
  await quietly([inRoot('scripts/package.mjs')]);
  const { name, version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  return inRoot(`${name}-${version}.vsix`);
}
