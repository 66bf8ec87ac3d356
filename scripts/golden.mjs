// npm run golden [-- FILE]: builds Ollama from its Go module, in the version that the server reports, and writes its replies
// to the requests of test/support/golden/requests.ts into the golden table. With FILE, uses that program of Ollama. Needs Go.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { importBundled } from './bundle.mjs';
import { ProcessError, waitForExit } from './childProcess.mjs';
import { callerFolder, inRoot } from './paths.mjs';
import { install, runMain } from './setup.mjs';

const MODULE = 'github.com/ollama/ollama';
const TABLE = inRoot('test/http/golden.json');

await runMain(async () => {
  await install();
  /** @type {typeof import('../test/support/golden/record.js')} */
  const { record, ollamaCache, OLLAMA_VERSION } = await importBundled(
    'test/support/golden/record.ts',
    'golden',
  );
  const [given] = process.argv.slice(2);
  const file =
    given === undefined
      ? await builtOllama(ollamaCache(), OLLAMA_VERSION)
      : resolve(callerFolder('golden'), given);
  const count = await record(file, TABLE);
  console.log(
    `${count} replies of ${file} are in ${TABLE}. See what changed with "git diff", then run "npm test -- http".`,
  );
});

/**
 * The program in the cache. Builds it first if it is not there, which takes about three minutes.
 * @param {string} cache
 * @param {string} version
 */
async function builtOllama(cache, version) {
  const file = join(cache, 'ollama');
  if (existsSync(file)) return file;
  console.error(`Building Ollama ${version} (go build) …`);
  const downloaded = await runGo(['mod', 'download', '-json', `${MODULE}@v${version}`], tmpdir());
  const { Dir: source } = /** @type {{ Dir: string }} */ (JSON.parse(downloaded));
  const copy = mkdtempSync(join(tmpdir(), 'ollama-source-'));
  try {
    // Files of the module cache are read-only, and the build writes beside some of them.
    cpSync(source, copy, { recursive: true });
    for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true })) {
      chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
    }
    const flags = `-X ${MODULE}/version.Version=${version}`;
    await runGo(['build', '-buildvcs=false', '-ldflags', flags, '-o', 'ollama', '.'], copy);
    mkdirSync(cache, { recursive: true });
    const draft = `${file}.${process.pid}`;
    cpSync(join(copy, 'ollama'), draft);
    renameSync(draft, file);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  return file;
}

/**
 * Runs Go and returns what it prints on stdout.
 * @param {readonly string[]} args
 * @param {string} cwd
 */
async function runGo(args, cwd) {
  const child = spawn('go', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  const { code } = await waitForExit(child);
  if (code !== 0) throw new ProcessError(`go ${args.join(' ')}`, output + errors);
  return output;
}
