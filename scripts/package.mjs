// npm run package: installs the dependencies and makes the .vsix in the repository's folder. A version with an odd minor number
// becomes a pre-release.
import { readFileSync, statSync } from 'node:fs';
import { runNode } from './childProcess.mjs';
import { inRoot } from './paths.mjs';
import { isPreRelease } from './preRelease.mjs';
import { install, runMain } from './setup.mjs';

const BUDGET_BYTES = 350_000;

await runMain(async () => {
  await install();
  const { name, version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  const vsix = inRoot(`${name}-${version}.vsix`);
  const vsce = inRoot('node_modules/@vscode/vsce/vsce');
  // vsce builds the bundles first: it runs the manifest's script vscode:prepublish.
  const kind = isPreRelease(version) ? ['--pre-release'] : [];
  const output = await runNode([vsce, 'package', '--no-dependencies', ...kind, '--out', vsix]);
  if (/\bWARN/.test(output)) throw new Error(`The packager warns:\n${output}`);
  const { size } = statSync(vsix);
  console.log(`${vsix}  ${(size / 1000).toFixed(1)} kB`);
  if (size > BUDGET_BYTES) throw new Error(`The package is over its budget of ${BUDGET_BYTES / 1000} kB.`);
});
