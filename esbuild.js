// Bundles the two programs: dist/extension.cjs (what VS Code loads) and dist/headless.cjs (the same endpoint
// without an editor). Prints each bundle's size; fails when the extension outgrows its budget.
import { build, context } from 'esbuild';
import { readFileSync, statSync } from 'node:fs';

const watch = process.argv.includes('--watch');
const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const EXTENSION_BUDGET_BYTES = 200_000;

/** @type {import('esbuild').BuildOptions} */
const common = {
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  define: { __VERSION__: JSON.stringify(version) },
  minify: !watch,
  sourcemap: watch ? 'linked' : false,
  legalComments: 'none',
  logLevel: 'info',
};

const programs = [
  // VS Code has what fzstd is for: see src/server/zstd.ts.
  { ...common, entryPoints: { extension: 'src/extension.ts' }, external: ['vscode', 'fzstd'] },
  { ...common, entryPoints: { headless: 'src/headless.ts' } },
];

if (watch) {
  for (const options of programs) await (await context(options)).watch();
} else {
  await Promise.all(programs.map((options) => build(options)));
  for (const file of ['dist/extension.cjs', 'dist/headless.cjs']) {
    console.log(`${file}  ${(statSync(file).size / 1000).toFixed(1)} kB`);
  }
  if (statSync('dist/extension.cjs').size > EXTENSION_BUDGET_BYTES) {
    console.error(`dist/extension.cjs is over its budget of ${EXTENSION_BUDGET_BYTES / 1000} kB`);
    process.exitCode = 1;
  }
}
