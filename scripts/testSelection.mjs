// The command line of `npm test`: which tests run, and how.
import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { root } from './paths.mjs';
import { UsageError } from './setup.mjs';

/** The suites whose tests all belong to `npm test`, in the order in which they start: fast ones first, and then the longest. */
const DEFAULT_SUITES = [
  'unit',
  'http',
  'repository',
  'extension',
  'claude',
  'e2e',
  'adversary',
  'clients',
  'windows',
];

/**
 * The suites of real clients that need toolchains or big downloads. `npm test` runs only these small files of them.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const CLIENT_SUITES = {
  agents: ['claudeCode', 'cline', 'codex', 'opencode'],
  python: ['sdks'],
  go: [],
  rust: [],
  java: [],
};

/** All suites, in the order in which they start. */
export const SUITES = [...DEFAULT_SUITES, ...Object.keys(CLIENT_SUITES)];

/** The suites that `--wine` runs when none is named. */
export const WINE_SUITES = ['unit', 'http', 'e2e', 'windows'];

const USAGE = `Usage: npm test -- [SUITE | FILE]… [--grep TEXT] [--soak] [--desktop | --wine] [--record]
  SUITE        ${SUITES.join(', ')}; without SUITE and FILE, all of them, but of ${Object.keys(CLIENT_SUITES).join(', ')} only the small files
  FILE         one test file, such as test/unit/core/lineSplitter.test.ts
  --grep TEXT  only tests whose full title matches TEXT, a regular expression as in Mocha; not for the suite extension
  --soak       long forms of the tests; without SUITE and FILE, all files
  --desktop    the suite extension also in a desktop VS Code
  --wine       with Node and the CLI for Windows, under wine; without SUITE and FILE: ${WINE_SUITES.join(', ')}
  --record     write the results of the clients into docs/clients.md`;

/**
 * @typedef {object} TestSelection
 * @property {readonly SelectedSuite[]} suites in the order of SUITES
 * @property {string | undefined} grep
 * @property {boolean} soak
 * @property {boolean} desktop
 * @property {boolean} wine
 * @property {boolean} record
 */

/**
 * A suite, with the test files to run; without `files`, all of the suite's.
 * @typedef {{ readonly name: string, readonly files?: readonly string[] }} SelectedSuite
 */

/**
 * Reads the arguments of `npm test`.
 * @param {readonly string[]} args
 * @param {string} caller the folder that relative paths start from; the repository's folder is tried too
 * @returns {TestSelection} its files are relative to the repository's folder, with forward slashes
 * @throws {UsageError}
 */
export function selectTests(args, caller = root) {
  /** @type {Map<string, string[] | 'all'>} */
  const selected = new Map();
  /** @type {string | undefined} */
  let grep;
  let soak = false;
  let desktop = false;
  let wine = false;
  let record = false;
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--soak') soak = true;
    else if (arg === '--desktop') desktop = true;
    else if (arg === '--wine') wine = true;
    else if (arg === '--record') record = true;
    else if (arg === '--grep') grep = rest.shift() ?? refuse('--grep needs a TEXT');
    else if (arg.startsWith('--grep=')) grep = arg.slice('--grep='.length);
    else if (SUITES.includes(arg)) selected.set(arg, 'all');
    else addFile(selected, fileOf(arg, caller));
  }
  if (grep === '') refuse('--grep needs a TEXT');
  if (grep !== undefined && selected.has('extension')) {
    refuse('--grep is not supported for the suite extension, whose tests run inside VS Code');
  }
  if (wine && selected.has('extension')) refuse('VS Code does not run under wine');
  if (selected.size === 0 && wine) for (const name of WINE_SUITES) selected.set(name, 'all');
  else if (selected.size === 0) selectDefaults(selected, soak);
  const suites = SUITES.filter((name) => selected.has(name)).map((name) => {
    const files = selected.get(name);
    return files === undefined || files === 'all' ? { name } : { name, files };
  });
  return { suites, grep, soak, desktop, wine, record };
}

/**
 * What runs when the arguments name neither a suite nor a file.
 * @param {Map<string, string[] | 'all'>} selected
 * @param {boolean} soak
 */
function selectDefaults(selected, soak) {
  for (const name of DEFAULT_SUITES) selected.set(name, 'all');
  for (const [name, files] of Object.entries(CLIENT_SUITES)) {
    if (soak) selected.set(name, 'all');
    else if (files.length > 0)
      selected.set(
        name,
        files.map((file) => `test/${name}/${file}.test.ts`),
      );
  }
}

/**
 * @param {Map<string, string[] | 'all'>} selected
 * @param {string} file
 */
function addFile(selected, file) {
  const suite = file.split('/')[1] ?? '';
  const files = selected.get(suite) ?? [];
  if (files !== 'all') selected.set(suite, [...files, file]);
}

/**
 * A test file, relative to the repository's folder.
 * @param {string} arg
 * @param {string} caller
 */
function fileOf(arg, caller) {
  if (!arg.endsWith('.test.ts')) return refuse(`Unknown argument: ${arg}`);
  const path = [resolve(caller, arg), resolve(root, arg)].find((candidate) => existsSync(candidate));
  if (path === undefined) return refuse(`No such file: ${arg}`);
  const file = relative(root, path).split(sep).join('/');
  const [folder, suite = ''] = file.split('/');
  if (isAbsolute(file) || folder !== 'test' || !SUITES.includes(suite)) {
    return refuse(`Not a test file of a suite: ${arg}`);
  }
  if (suite === 'extension') {
    return refuse('Tests of the suite extension run inside VS Code, only all of them: npm test -- extension');
  }
  return file;
}

/**
 * @param {string} problem
 * @returns {never}
 */
function refuse(problem) {
  throw new UsageError(`${problem}\n\n${USAGE}`);
}
