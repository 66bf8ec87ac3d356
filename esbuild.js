// Bundles the two programs: dist/extension.cjs (loaded by VS Code) and dist/headless.cjs (the same endpoint without an
// editor). Also bundles what they load on first use: dist/claude.cjs (drives the CLI), dist/lazyBundle.cjs (commands that
// users run now and then) and dist/fzstd.cjs (decompresses the requests of Codex). Prints the size of each bundle and
// fails when one is over its budget.
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

/** Bundles that are loaded on first use, with their entry points. */
const LAZY_BUNDLES = {
  claude: 'src/claude/backend.ts',
  lazyBundle: 'src/vscode/lazyBundle.ts',
  fzstd: 'node_modules/fzstd/esm/index.mjs',
};
/** The imports that load a lazy bundle, with its name. A program that imports one statically has a copy of it inside. */
const LAZY_IMPORTS = new Map([
  ['claude/backend.js', 'claude'],
  ['lazyBundle.js', 'lazyBundle'],
  ['fzstd', 'fzstd'],
]);

/**
 * Leaves lazy bundles out of the bundles that import them.
 * @type {import('esbuild').Plugin}
 */
const lazyImports = {
  name: 'lazy-imports',
  setup({ onResolve }) {
    onResolve({ filter: /^(?:\.\/(?:claude\/backend|lazyBundle)\.js|fzstd)$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' || path === 'fzstd'
        ? { path: `./${LAZY_IMPORTS.get(path.replace(/^\.\//, ''))}.cjs`, external: true }
        : undefined,
    );
  },
};

/** @type {import('esbuild').BuildOptions} */
const options = {
  entryPoints: {
    extension: 'src/extension.ts',
    headless: 'src/headless.ts',
    ...LAZY_BUNDLES,
  },
  plugins: [lazyImports],
  // Lazy bundles are loaded with require(), because every version of VS Code provides the module "vscode" to it.
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
 * Writes a bundle atomically, and only if its content changed: a program that runs from dist/ may load it at any time.
 * @param {import('esbuild').OutputFile} bundle
 */
function writeBundle({ path, contents }) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}

if (watch) {
  await (await context(options)).watch();
} else {
  const { outputFiles } = await build({ ...options, write: false });
  outputFiles.forEach(writeBundle);
  for (const file of ['extension', 'headless', ...Object.keys(LAZY_BUNDLES)].map(
    (name) => `dist/${name}.cjs`,
  )) {
    console.log(`${file}  ${(statSync(file).size / 1000).toFixed(1)} kB`);
  }
  for (const [file, budget] of Object.entries(BUDGETS_BYTES)) {
    if (statSync(file).size <= budget) continue;
    console.error(`${file} is over its budget of ${budget / 1000} kB`);
    process.exitCode = 1;
  }
}
