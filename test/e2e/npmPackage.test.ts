/** The npm package, installed into an empty folder as a user without VS Code installs it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { textReply } from '../standin/server.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { chatOf, openChat, textOf } from '../support/httpClient.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const FILES = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'dist/headless.cjs',
  'dist/modelManagement.cjs',
  'dist/responsesProtocol.cjs',
  'dist/tokenCount.cjs',
  'dist/tools.cjs',
  'dist/zstd.cjs',
  'package.json',
];

const run = promisify(execFile);

/** Runs npm in a folder. On Windows it is a script, which needs a shell. */
const npm = (args: readonly string[], cwd: string): Promise<unknown> =>
  run('npm', args, { cwd, shell: process.platform === 'win32' });

describe('the npm package', function () {
  this.timeout(180_000);
  let folder: string;
  let program: string;
  let installed: string;
  let headless: Headless | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'npm-package-'));
    await run(process.execPath, ['scripts/npmPackage.mjs', '--out', folder], { cwd: root });
    const [archive = ''] = await readdir(folder);
    const options = ['--prefix', folder, '--offline', '--no-audit', '--no-fund'];
    await npm(['install', join(folder, archive), ...options], folder);
    installed = join(folder, 'node_modules/claude-ollama-server');
    program = join(installed, 'dist/headless.cjs');
  });
  afterEach(async () => {
    await headless?.stop();
    headless = undefined;
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('contains the program, the bundles that it loads, and no dependencies', async () => {
    const entries = await readdir(installed, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(installed.length + 1)
          .replaceAll('\\', '/'),
      );
    assert.deepEqual(files.sort(), FILES);
    const commands = await readdir(join(folder, 'node_modules/.bin'));
    assert.ok(commands.includes('claude-ollama-server'), commands.join());
    assert.deepEqual(await readdir(join(folder, 'node_modules')), [
      '.bin',
      '.package-lock.json',
      'claude-ollama-server',
    ]);
    for (const file of FILES.filter((name) => name.endsWith('.cjs'))) {
      const code = await readFile(join(installed, file), 'utf8');
      const required = Array.from(code.matchAll(/\brequire\("(\.[^"]+)"\)/g), (match) => match[1]!);
      for (const name of required) assert.ok(FILES.includes(join('dist', name).replaceAll('\\', '/')), name);
    }
  });

  it('prints its help and its version', async () => {
    const help = await run(process.execPath, [program, '--help']);
    assert.match(help.stdout, /^Usage: claude-ollama-server \[options\]\n/);
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    assert.equal((await run(process.execPath, [program, '--version'])).stdout, `${version}\n`);
  });

  it('answers a chat', async () => {
    headless = await startHeadless({ program, respond: () => textReply(['Hello']) });
    const stream = await openChat(headless.url, chatOf('question'));
    assert.equal(textOf(await stream.rest()), 'Hello');
  });

  it('has a README whose links and pictures do not depend on the repository’s folder', async () => {
    const readme = await readFile(join(installed, 'README.md'), 'utf8');
    const targets = Array.from(readme.matchAll(/\]\(([^)]+)\)/g), (match) => match[1]!);
    assert.ok(targets.length > 10);
    assert.deepEqual(
      targets.filter((target) => !/^(?:https?:|#)/.test(target)),
      [],
    );
  });
});
