// Bundles the programs: dist/extension.cjs (what VS Code loads), dist/claude.cjs (the part of it that drives the CLI,
// loaded when it is first needed), and dist/headless.cjs (the same endpoint without an editor). Prints each bundle's
// size; fails when one outgrows its budget.
import { build, context } from 'esbuild';
import { readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const watch = process.argv.includes('--watch');
const root = fileURLToPath(new URL('.', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Parts of the extension in bundles of their own: name → module. The activation does not read them. */
const LATE = { claude: 'src/claude/backend.ts' };
const BUDGETS_BYTES = { 'dist/extension.cjs': 200_000, 'dist/claude.cjs': 100_000 };

/**
 * Leaves a late part out of the bundle that imports it when it is needed.
 * @type {import('esbuild').Plugin}
 */
const loadedLate = {
  name: 'loaded-late',
  setup({ onResolve }) {
    onResolve({ filter: /^\.+\/.*\.js$/ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const module = relative(root, join(resolveDir, path)).replaceAll('\\', '/').replace(/\.js$/, '.ts');
      const name = Object.keys(LATE).find((late) => LATE[late] === module);
      return name === undefined ? undefined : { path: `./${name}.cjs`, external: true };
    });
  },
};

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
  {
    ...common,
    entryPoints: { extension: 'src/extension.ts', ...LATE },
    plugins: [loadedLate],
    // Late parts come by require().
    supported: { 'dynamic-import': false },
    // VS Code has what fzstd is for: see src/server/zstd.ts.
    external: ['vscode', 'fzstd'],
  },
  { ...common, entryPoints: { headless: 'src/headless.ts' } },
];

if (watch) {
  for (const options of programs) await (await context(options)).watch();
} else {
  await Promise.all(programs.map((options) => build(options)));
  for (const file of [...Object.keys(BUDGETS_BYTES), 'dist/headless.cjs']) {
    console.log(`${file}  ${(statSync(file).size / 1000).toFixed(1)} kB`);
  }
  for (const [file, budget] of Object.entries(BUDGETS_BYTES)) {
    if (statSync(file).size <= budget) continue;
    console.error(`${file} is over its budget of ${budget / 1000} kB`);
    process.exitCode = 1;
  }
}
