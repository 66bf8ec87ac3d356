// npm run package:npm [-- --out DIR]: makes the npm package, which runs the server without VS Code, in the repository's folder
// or in DIR. Its manifest is not the extension's: it has a program and no dependencies.
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { npmCliPath, runNode } from './childProcess.mjs';
import { inRoot } from './paths.mjs';
import { build, install, runMain } from './setup.mjs';

const PROGRAM = 'dist/headless.cjs';
/** The program, and the bundles that it loads on first use. A test compares the list with what they require. */
const BUNDLES = [
  PROGRAM,
  'dist/tools.cjs',
  'dist/tokenCount.cjs',
  'dist/responsesProtocol.cjs',
  'dist/modelManagement.cjs',
  'dist/zstd.cjs',
];
const BUDGET_BYTES = 300_000;

await runMain(async () => {
  const { values } = parseArgs({ options: { out: { type: 'string', default: inRoot('.') } } });
  const out = resolve(values.out);
  await install();
  await build();
  const staging = inRoot('out/npm');
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(join(staging, 'dist'), { recursive: true });
  for (const file of [...BUNDLES, 'LICENSE', 'CHANGELOG.md']) copyFileSync(inRoot(file), join(staging, file));
  const manifest = readManifest();
  writeFileSync(join(staging, 'package.json'), `${JSON.stringify(npmManifest(manifest), null, 2)}\n`);
  writeFileSync(
    join(staging, 'README.md'),
    withAbsoluteLinks(readFileSync(inRoot('README.md'), 'utf8'), manifest),
  );
  await runNode([npmCliPath(), 'pack', staging, '--pack-destination', out, '--ignore-scripts']);
  const file = join(out, `${manifest.name}-${manifest.version}.tgz`);
  const { size } = statSync(file);
  console.log(`${basename(file)}  ${(size / 1000).toFixed(1)} kB`);
  if (size > BUDGET_BYTES) throw new Error(`The package is over its budget of ${BUDGET_BYTES / 1000} kB.`);
});

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {string} license
 * @property {string} homepage
 * @property {{ type: string, url: string }} repository
 * @property {{ url: string }} bugs
 * @property {{ node: string }} engines
 * @property {readonly string[]} keywords
 */

/** @returns {Manifest} the extension's */
function readManifest() {
  return JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
}

/**
 * @param {Manifest} manifest
 * @returns {object} the npm package's
 */
function npmManifest({ name, version, license, homepage, repository, bugs, engines, keywords }) {
  return {
    name,
    version,
    description: 'An Ollama-compatible server that answers with your own Claude CLI.',
    license,
    homepage,
    repository,
    bugs,
    keywords,
    bin: { [name]: PROGRAM },
    engines: { node: engines.node },
  };
}

/**
 * Relative links and pictures work only in the repository.
 * @param {string} markdown
 * @param {Manifest} manifest
 */
function withAbsoluteLinks(markdown, { repository, version }) {
  const base = repository.url.replace(/\.git$/, '');
  return markdown
    .replace(/(!\[[^\]]*\]\()(?!https?:|#)([^)]+)\)/g, `$1${base}/raw/v${version}/$2)`)
    .replace(/(\]\()(?!https?:|#)([^)]+)\)/g, `$1${base}/blob/v${version}/$2)`);
}
