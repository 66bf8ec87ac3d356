/** Finds the CLI in the file system and through real shells. */
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createClaudeBackend } from '../../src/claude/backend.js';
import { CliFinder, readAuthStatus } from '../../src/claude/cli/cli.js';
import { locate, thisMachine, type Machine } from '../../src/claude/cli/locate.js';
import { silentLogger } from '../../src/core/log.js';

const NOT_FOUND = { kind: 'cliMissing', message: /^The Claude CLI was not found/ };

describe('CliFinder in the file system', function () {
  this.timeout(30_000);
  let root: string;
  let home: string;

  before(function () {
    // The programs created here are scripts with `#!`.
    if (process.platform === 'win32') this.skip();
  });
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'finding-')));
    home = join(root, 'home');
    await mkdir(home);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function writeProgram(path: string, script: string): Promise<string> {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }

  function writeCli(folder: string): Promise<string> {
    return writeProgram(
      join(root, folder, 'claude'),
      `echo used >>'${root}/used'; echo '9.9.9 (Claude Code)'`,
    );
  }

  /** Creates a shell that counts its starts and prints this PATH. */
  async function shell(path: string): Promise<string> {
    const env = `echo '-- environment --'; echo 'PATH=${path}'`;
    return writeProgram(join(root, 'shell'), `echo started >>'${root}/starts'; ${env}`);
  }

  async function linesIn(name: string): Promise<number> {
    const text = await readFile(join(root, name), 'utf8').catch(() => '');
    return text.split('\n').length - 1;
  }

  /** This machine, without any CLI outside the test folder. */
  function machine(env: Record<string, string>): Machine {
    const real = thisMachine({ HOME: home, SHELL: '/no/such/shell', ...env });
    return {
      ...real,
      isExecutable: async (path) => path.startsWith(root) && (await real.isExecutable(path)),
    };
  }

  it('ignores a CLI in any open folder, however PATH spells the folder', async () => {
    const openFolders = [join(root, 'code', 'first'), join(root, 'code', 'second')];
    await writeCli('code/first');
    await writeCli('code/first/node_modules/.bin');
    await writeCli('code/second/bin');
    const mine = await writeCli('mine');
    const inside = [
      'code/first',
      'code/first/node_modules/.bin/',
      'code/second/bin',
      'mine/../code/second/bin',
    ];
    const path = ['', '.', 'bin', ...inside.map((folder) => `${root}/${folder}`), join(root, 'mine')].join(
      delimiter,
    );
    const before = process.cwd();
    process.chdir(join(root, 'code', 'first'));
    try {
      const found = await locate('', openFolders, machine({ PATH: path }));
      assert.deepEqual(found, { path: mine, source: 'PATH' });
      await rm(mine);
      await assert.rejects(locate('', openFolders, machine({ PATH: path })), NOT_FOUND);
      await assert.rejects(
        locate('', openFolders, machine({ PATH: '/bin', SHELL: await shell(path) })),
        NOT_FOUND,
      );
    } finally {
      process.chdir(before);
    }
    assert.equal(await linesIn('used'), 0);
  });

  it('ignores a CLI in any folder of the workspace when used by the backend', async () => {
    const folder = join(root, 'first');
    const further = join(root, 'second');
    await mkdir(join(root, 'real'));
    await symlink(join(root, 'real'), folder);
    await writeCli('real/bin');
    await writeCli('second/bin');
    await writeCli('mine');
    const path = ['real/bin', 'first/bin', 'second/bin', 'mine']
      .map((name) => join(root, name))
      .join(delimiter);
    const backend = createClaudeBackend({
      claudePath: '',
      folder,
      env: { HOME: home, PATH: `${path}${delimiter}/bin${delimiter}/usr/bin` },
      log: silentLogger,
      version: '0.0.0',
      limits: { prewarm: 'never' },
      workspace: { permissions: 'readOnly', moreFolders: [further] },
    });
    try {
      assert.equal((await backend.describe()).path, join(root, 'mine', 'claude'));
    } finally {
      await backend.close();
    }
  });

  it('does not start a shell for each request while no CLI is installed', async () => {
    const finder = new CliFinder('', [], machine({ PATH: '/bin', SHELL: await shell('/bin') }));
    for (let request = 1; request <= 3; request++) await assert.rejects(finder.find(), NOT_FOUND);
    assert.equal(await linesIn('starts'), 1);
  });

  it('finds a newly installed CLI at the next request, in a standard location or on the login PATH', async () => {
    const bin = join(root, 'own', 'bin');
    const env = { PATH: '/bin', SHELL: await shell(bin) };
    for (const folder of ['home/.local/bin', 'own/bin']) {
      const finder = new CliFinder('', [], machine(env));
      await assert.rejects(finder.find(), NOT_FOUND);
      const path = await writeCli(folder);
      assert.equal((await finder.find()).path, path);
      await rm(path);
    }
    assert.equal(await linesIn('starts'), 2);
  });

  /** A script that prints something around the CLI, which has this sign-in. */
  function writeNoisyCli({
    before = '',
    after = '',
    loggedIn = true,
  }: {
    before?: string;
    after?: string;
    loggedIn?: boolean;
  }): Promise<string> {
    const cli = [
      'case $1 in',
      "  --version) echo '9.9.9 (Claude Code)' ;;",
      `  *) echo '{'; echo '  "loggedIn": ${loggedIn}'; echo '}'; code=${loggedIn ? 0 : 1} ;;`,
      'esac',
    ];
    return writeProgram(
      join(root, 'noisy', 'claude'),
      ['code=0', before, ...cli, after, 'exit $code'].join('\n'),
    );
  }

  for (const [what, noise] of [
    ['a version before it', { before: 'echo "Now using node v22.12.0 (npm v10.9.0)"' }],
    ['a version on its line', { before: 'printf "asdf 0.14.0: "' }],
    ['braces before it', { before: 'echo "mise {trusted} {"' }],
    ['a version and braces after it', { after: 'echo "bye {} 1.2.3"' }],
  ] as const) {
    it(`reads the version and the sign-in of a CLI whose script prints ${what}`, async () => {
      const path = await writeNoisyCli(noise);
      assert.equal((await new CliFinder(path, [], machine({})).find()).version, '9.9.9');
      assert.equal((await readAuthStatus(path, process.env)).signedIn, true);
      await writeNoisyCli({ ...noise, loggedIn: false });
      assert.equal((await readAuthStatus(path, process.env)).signedIn, false);
    });
  }

  it('takes no version of another program for that of the CLI', async () => {
    const path = await writeProgram(join(root, 'other'), 'echo "nvm 0.39.7"');
    const finder = new CliFinder(path, [], machine({}));
    await assert.rejects(finder.find(), { kind: 'cliMissing', message: /"--version" printed no version/ });
  });

  it('says that the user is signed out only if the CLI says so', async () => {
    const unreadable = (code: number): Promise<string> =>
      writeProgram(join(root, 'unreadable'), `echo '{"loggedIn": '; exit ${code}`);
    assert.equal((await readAuthStatus(await unreadable(0), process.env)).signedIn, true);
    assert.equal((await readAuthStatus(await unreadable(127), process.env)).signedIn, true);
    assert.equal((await readAuthStatus(await unreadable(1), process.env)).signedIn, false);
  });

  for (const [what, firstLine, blame] of [
    ['an interpreter', '#!/nowhere/node', /a program that it needs .* does not exist/],
    ['a program on PATH', '#!/usr/bin/env nowhere-node', /exited with code 127: .*nowhere-node/],
  ] as const) {
    it(`blames ${what} that a script of the CLI needs and that does not exist`, async () => {
      const path = join(root, 'script');
      await writeFile(path, `${firstLine}\n`, { mode: 0o755 });
      const finder = new CliFinder(path, [], machine({ PATH: '/usr/bin:/bin' }));
      await assert.rejects(finder.find(), { kind: 'cliMissing', message: blame });
    });
  }

  for (const [what, at] of [
    ['a folder that does not exist', 'nowhere'],
    ['a file', 'mine/claude'],
  ] as const) {
    it(`finds and runs the CLI when HOME names ${what}`, async () => {
      const path = await writeCli('mine');
      const before = process.env['HOME'];
      process.env['HOME'] = join(root, at);
      try {
        assert.equal((await new CliFinder(path, [], machine({})).find()).version, '9.9.9');
      } finally {
        process.env['HOME'] = before;
      }
    });
  }
});
