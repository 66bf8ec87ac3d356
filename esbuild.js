// Bundles the programs: dist/extension.cjs (what VS Code loads) and dist/headless.cjs (the same endpoint without an
// editor), and what they load when it is first needed: dist/claude.cjs (what drives the CLI), dist/onDemand.cjs (what a
// person asks for now and then) and dist/fzstd.cjs (the decompressor for Codex). Prints each bundle's size; fails when
// one outgrows its budget.
import { build, context } from 'esbuild';
import { readFileSync, statSync } from 'node:fs';

const watch = process.argv.includes('--watch');
const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const BUDGETS_BYTES = {
  'dist/extension.cjs': 200_000,
  'dist/claude.cjs': 100_000,
  'dist/onDemand.cjs': 40_000,
};

/** Bundles of modules that are imported when they are first needed. */
const LATE = {
  claude: 'src/claude/backend.ts',
  onDemand: 'src/vscode/onDemand.ts',
  fzstd: 'node_modules/fzstd/esm/index.mjs',
};
/** How those modules are imported. A program that imports one at its start has it inside. */
const IMPORTED_AS = { 'claude/backend.js': 'claude', 'onDemand.js': 'onDemand', fzstd: 'fzstd' };

/**
 * Leaves those modules out of the bundles that import them.
 * @type {import('esbuild').Plugin}
 */
const loadedLate = {
  name: 'loaded-late',
  setup({ onResolve }) {
    onResolve({ filter: /^(?:\.\/(?:claude\/backend|onDemand)\.js|fzstd)$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' || path === 'fzstd'
        ? { path: `./${IMPORTED_AS[path.replace(/^\.\//, '')]}.cjs`, external: true }
        : undefined,
    );
  },
};

/** @type {import('esbuild').BuildOptions} */
const options = {
  entryPoints: {
    extension: 'src/extension.ts',
    headless: 'src/headless.ts',
    ...LATE,
  },
  plugins: [loadedLate],
  // Modules that are loaded late come by require(), whose "vscode" the editor provides in every version.
  supported: { 'dynamic-import': false },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  define: { __VERSION__: JSON.stringify(version) },
  minify: !watch,
  sourcemap: watch ? 'linked' : false,
  legalComments: 'none',
  logLevel: 'info',
};

if (watch) {
  await (await context(options)).watch();
} else {
  await build(options);
  for (const file of ['extension', 'headless', ...Object.keys(LATE)].map((name) => `dist/${name}.cjs`)) {
    console.log(`${file}  ${(statSync(file).size / 1000).toFixed(1)} kB`);
  }
  for (const [file, budget] of Object.entries(BUDGETS_BYTES)) {
    if (statSync(file).size <= budget) continue;
    console.error(`${file} is over its budget of ${budget / 1000} kB`);
    process.exitCode = 1;
  }
}
