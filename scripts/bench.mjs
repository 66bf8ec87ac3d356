// npm run bench [-- OPTIONS]: builds, measures, prints the tables and writes them as JSON (by default to out/bench.json).
// Slow results are results: only an error makes it fail. The options are in docs/performance.md.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { runNode } from './childProcess.mjs';
import { importBundled } from './bundle.mjs';
import { callerFolder, inRoot, root } from './paths.mjs';
import { build, install, runMain } from './setup.mjs';

await runMain(async () => {
  await install();
  await build();
  const { run } = await importBench();
  const args = process.argv.slice(2);
  await run(args, { root, caller: callerFolder('bench'), programs: copyPrograms() });
  if (args.includes('--write'))
    await runNode([
      inRoot('node_modules/prettier/bin/prettier.cjs'),
      '--write',
      'docs/performance.md',
      'README.md',
    ]);
});

/** Copies the built programs with their lazy bundles, so that a build during the run does not change what is measured. */
function copyPrograms() {
  const folder = inRoot('out/scripts/programs');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(inRoot('dist')).filter((name) => name.endsWith('.cjs')))
    copyFileSync(inRoot(`dist/${file}`), `${folder}/${file}`);
  return folder;
}

/** @returns {Promise<typeof import('../test/bench/run.js')>} */
function importBench() {
  return importBundled('test/bench/run.ts', 'bench');
}
