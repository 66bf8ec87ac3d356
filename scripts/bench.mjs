// npm run bench [-- --rounds N --json FILE --requests N --aborts N]: sets up, measures, prints the tables and writes
// the JSON (out/bench.json). Slow numbers are numbers: it fails only when something did not work.
import { copyFileSync, mkdirSync } from 'node:fs';
import { loadBundled } from './bundled.mjs';
import { inRoot, root } from './place.mjs';
import { build, install, launch } from './setup.mjs';

/** The folder the person is in. npm runs scripts in the repository's, and tells. */
const caller = (process.env.npm_lifecycle_event === 'bench' && process.env.INIT_CWD) || process.cwd();

await launch(async () => {
  await install();
  await build();
  const { run } = await loadBench();
  await run(process.argv.slice(2), { root, caller, programs: keepPrograms() });
});

/** The programs as they are now: a build in the middle of the run must not change what is measured. */
function keepPrograms() {
  const folder = inRoot('out/scripts/programs');
  mkdirSync(folder, { recursive: true });
  for (const file of ['extension.cjs', 'headless.cjs', 'fzstd.cjs'])
    copyFileSync(inRoot(`dist/${file}`), `${folder}/${file}`);
  return folder;
}

/** @returns {Promise<typeof import('../test/bench/run.js')>} */
function loadBench() {
  return loadBundled('test/bench/run.ts', 'bench');
}
