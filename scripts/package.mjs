// npm run package: sets up and makes the .vsix in the repository's folder.
import { readFileSync, statSync } from 'node:fs';
import { quietly } from './child.mjs';
import { inRoot } from './place.mjs';
import { install, launch } from './setup.mjs';

const BUDGET_BYTES = 300_000;

await launch(async () => {
  await install();
  const { name, version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  const vsix = inRoot(`${name}-${version}.vsix`);
  // It builds by itself, through the manifest's vscode:prepublish.
  const tool = inRoot('node_modules/@vscode/vsce/vsce');
  const output = await quietly([tool, 'package', '--no-dependencies', '--out', vsix]);
  if (/\bWARN/.test(output)) throw new Error(`The packager warns:\n${output}`);
  const { size } = statSync(vsix);
  console.log(`${vsix}  ${(size / 1000).toFixed(1)} kB`);
  if (size > BUDGET_BYTES) throw new Error(`The package is over its budget of ${BUDGET_BYTES / 1000} kB.`);
});
