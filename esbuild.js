// Bundles the programs: dist/extension.cjs (what VS Code loads) and dist/headless.cjs (the same endpoint without an
// editor), and what they load when it is first needed: dist/claude.cjs (what drives the CLI), dist/lazyBundle.cjs (what a
// person asks for now and then) and dist/fzstd.cjs (the decompressor for Codex). Prints each bundle's size; fails when
// one outgrows its budget.
import { build, context } from 'esbuild';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const watch = process.argv.includes('--watch');
const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const BUDGETS_BYTES = {
  'dist/extension.cjs': 200_000,
  'dist/claude.cjs': 100_000,
  'dist/lazyBundle.cjs': 40_000,
};

/** Bundles of modules that are imported when they are first needed. */
const LATE = {
  claude: 'src/claude/backend.ts',
  lazyBundle: 'src/vscode/lazyBundle.ts',
  fzstd: 'node_modules/fzstd/esm/index.mjs',
};
/** How those modules are imported. A program that imports one at its start has it inside. */
const IMPORTED_AS = { 'claude/backend.js': 'claude', 'lazyBundle.js': 'lazyBundle', fzstd: 'fzstd' };

/**
 * Leaves those modules out of the bundles that import them.
 * @type {import('esbuild').Plugin}
 */
const loadedLate = {
  name: 'loaded-late',
  setup({ onResolve }) {
    onResolve({ filter: /^(?:\.\/(?:claude\/backend|lazyBundle)\.js|fzstd)$/ }, ({ path, kind }) =>
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

/**
 * Writes a bundle in one step, and only where it differs: whatever runs from dist/ may load it at any moment.
 * @param {import('esbuild').OutputFile} bundle
 */
function put({ path, contents }) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  const written = `${path}.${process.pid}`;
  writeFileSync(written, contents);
  renameSync(written, path);
}

if (watch) {
  await (await context(options)).watch();
} else {
  const { outputFiles } = await build({ ...options, write: false });
  outputFiles.forEach(put);
  for (const file of ['extension', 'headless', ...Object.keys(LATE)].map((name) => `dist/${name}.cjs`)) {
    console.log(`${file}  ${(statSync(file).size / 1000).toFixed(1)} kB`);
  }
  for (const [file, budget] of Object.entries(BUDGETS_BYTES)) {
    if (statSync(file).size <= budget) continue;
    console.error(`${file} is over its budget of ${budget / 1000} kB`);
    process.exitCode = 1;
  }
}
