// Builds dist/: extension.cjs (what VS Code loads), headless.cjs (the same endpoint without an editor) and the lazy bundles
// that these two load on first use: claude.cjs (drives the CLI), tools.cjs (translates tools and schemas), lazyBundle.cjs
// (commands that are rarely used), tokenCount.cjs (estimates tokens for clients that count them), responsesProtocol.cjs
// (/v1/responses), modelManagement.cjs (the routes that manage models, and the file of stored models) and zstd.cjs (decompresses the request bodies of Codex). Prints each bundle's size and fails if one
// exceeds its budget.
import { build, context } from 'esbuild';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const watch = process.argv.includes('--watch');
const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const BUDGETS_BYTES = {
  'dist/extension.cjs': 200_000,
  'dist/claude.cjs': 165_000,
  'dist/tools.cjs': 170_000,
  'dist/lazyBundle.cjs': 60_000,
};

/** Name of each lazy bundle → its entry point. */
const LAZY_BUNDLES = {
  claude: 'src/claude/backend.ts',
  tools: 'src/claude/tools/requestTools.ts',
  lazyBundle: 'src/vscode/lazyBundle.ts',
  tokenCount: 'src/server/routes/tokenCount.ts',
  responsesProtocol: 'src/server/routes/responsesProtocol.ts',
  modelManagement: 'src/server/modelManagement.ts',
  zstd: 'src/server/zstd.ts',
};
/** How the sources import the entry points → the lazy bundle. */
const BUNDLE_OF_IMPORT = new Map([
  ['claude/backend.js', 'claude'],
  ['requestTools.js', 'tools'],
  ['lazyBundle.js', 'lazyBundle'],
  ['tokenCount.js', 'tokenCount'],
  ['responsesProtocol.js', 'responsesProtocol'],
  ['modelManagement.js', 'modelManagement'],
  ['zstd.js', 'zstd'],
]);

/**
 * Replaces dynamic imports of those modules by imports of the lazy bundles. A static import still includes the module.
 * @type {import('esbuild').Plugin}
 */
const lazyBundles = {
  name: 'lazy-bundles',
  setup({ onResolve }) {
    onResolve(
      {
        filter:
          /^\.{1,2}\/(?:claude\/backend|requestTools|lazyBundle|tokenCount|responsesProtocol|modelManagement|zstd)\.js$/,
      },
      ({ path, kind }) =>
        kind === 'dynamic-import'
          ? { path: `./${BUNDLE_OF_IMPORT.get(path.replace(/^\.{1,2}\//, ''))}.cjs`, external: true }
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
  plugins: [lazyBundles],
  // Turns import() into require(): only then every supported version of VS Code provides "vscode" to the lazy bundles.
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
 * Writes a bundle atomically, and only if its contents changed: a running program may load files from dist/ at any time.
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
    console.error(`${file} exceeds its budget of ${budget / 1000} kB`);
    process.exitCode = 1;
  }
}
