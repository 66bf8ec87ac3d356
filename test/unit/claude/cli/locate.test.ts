import assert from 'node:assert/strict';
import { locate, type Machine } from '../../../../src/claude/cli/locate.js';

interface MachineFacts {
  readonly platform?: NodeJS.Platform;
  readonly env?: Record<string, string>;
  readonly home?: string;
  readonly programs: readonly string[];
  readonly loginPath?: string;
  readonly folders?: Readonly<Record<string, readonly string[]>>;
  /** What `which` searches before the folders on Windows. */
  readonly currentFolder?: string;
  /** Texts of files. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** A machine with exactly these programs and folders. `shellQueries` counts how often the login shell was asked. */
function machine(facts: MachineFacts): Machine & { shellQueries(): number } {
  const { platform = 'linux', programs } = facts;
  const slash = platform === 'win32' ? '\\' : '/';
  const endings = platform === 'win32' ? ['.exe', '.cmd'] : [''];
  let shellQueries = 0;
  return {
    shellQueries: () => shellQueries,
    platform,
    env: facts.env ?? {},
    home: facts.home ?? '/home/a',
    isExecutable: (path) => Promise.resolve(programs.includes(path)),
    search: (name, folders) =>
      Promise.resolve(
        [...(facts.currentFolder === undefined ? [] : [facts.currentFolder]), ...folders]
          .flatMap((folder) => endings.map((ending) => `${folder}${slash}${name}${ending}`))
          .filter((path) => programs.includes(path)),
      ),
    loginPath: () => {
      shellQueries++;
      return Promise.resolve(facts.loginPath);
    },
    list: (folder) => Promise.resolve(facts.folders?.[folder] ?? []),
    readText: (path) => Promise.resolve(facts.texts?.[path]),
  };
}

describe('locate', () => {
  it('prefers the setting to everything else', async () => {
    const system = machine({ programs: ['/opt/claude', '/bin/claude'], env: { PATH: '/bin' } });
    assert.equal((await locate('/opt/claude', ['/code'], system)).path, '/opt/claude');
  });

  it('expands ~ in the setting to the home folder', async () => {
    assert.equal(
      (await locate('~/bin/claude', ['/code'], machine({ programs: ['/home/a/bin/claude'] }))).path,
      '/home/a/bin/claude',
    );
  });

  it('rejects a relative path in the setting', async () => {
    await assert.rejects(locate('bin/claude', ['/code'], machine({ programs: ['bin/claude'] })), {
      kind: 'cliMissing',
      message: /not an absolute path/,
    });
  });

  it('rejects a setting that names no executable', async () => {
    await assert.rejects(locate('/opt/claude', ['/code'], machine({ programs: [] })), {
      message: /not an executable file/,
    });
  });

  it('finds a CLI on PATH without asking the login shell', async () => {
    const system = machine({ programs: ['/bin/claude'], env: { PATH: '/sbin:/bin' }, loginPath: '/opt/bin' });
    assert.equal((await locate('', ['/code'], system)).path, '/bin/claude');
    assert.equal(system.shellQueries(), 0);
  });

  it('never uses a program inside the workspace', async () => {
    const system = machine({ programs: ['/code/bin/claude', '/usr/bin/claude'], env: { PATH: '/code/bin' } });
    assert.equal((await locate('', ['/code'], system)).path, '/usr/bin/claude');
  });

  it('asks the login shell if PATH has no CLI, as in an editor started from a dock', async () => {
    const system = machine({
      programs: ['/home/a/.nvm/x/bin/claude'],
      env: { PATH: '/bin' },
      loginPath: '/bin:/home/a/.nvm/x/bin',
    });
    const found = await locate('', ['/code'], system);
    assert.equal(found.path, '/home/a/.nvm/x/bin/claude');
    assert.match(found.source, /login shell/);
  });

  for (const location of [
    '/home/a/.local/bin/claude',
    '/opt/homebrew/bin/claude',
    '/usr/local/bin/claude',
    '/home/a/.claude/local/claude',
    '/home/a/.volta/bin/claude',
    '/home/a/.bun/bin/claude',
  ]) {
    it(`finds ${location}`, async () => {
      assert.equal((await locate('', ['/code'], machine({ programs: [location] }))).path, location);
    });
  }

  it('prefers the newest Node version of nvm', async () => {
    const nvm = '/home/a/.nvm/versions/node';
    const versions = ['v9.1.0', 'v22.3.0', 'v20.1.0'];
    const system = machine({
      programs: versions.map((v) => `${nvm}/${v}/bin/claude`),
      folders: { [nvm]: versions },
    });
    assert.equal((await locate('', ['/code'], system)).path, `${nvm}/v22.3.0/bin/claude`);
  });

  it('names every location it tried and how to install the CLI if there is none', async () => {
    await assert.rejects(
      locate('', ['/code'], machine({ programs: [], env: { PATH: '/bin' }, loginPath: '/bin' })),
      {
        kind: 'cliMissing',
        message:
          /Install it.*claudeOllama\.claudePath.*Tried: PATH, the login shell's PATH, \/home\/a\/\.local\/bin\/claude/s,
      },
    );
  });

  describe('on Windows', () => {
    const npm = 'C:\\Users\\a\\AppData\\Roaming\\npm';
    const exe = `${npm}\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe`;

    it('returns the executable behind npm’s shim, never the shim', async () => {
      const system = machine({
        platform: 'win32',
        programs: [`${npm}\\claude.cmd`, exe],
        env: { Path: npm },
      });
      assert.equal((await locate('', ['C:\\work'], system)).path, exe);
    });

    it('resolves a shim in the setting, too', async () => {
      const system = machine({ platform: 'win32', programs: [exe] });
      assert.equal((await locate(`${npm}\\claude.cmd`, ['C:\\work'], system)).path, exe);
    });

    it('skips a shim without an executable behind it', async () => {
      const native = 'C:\\Users\\a\\.local\\bin\\claude.exe';
      const system = machine({
        platform: 'win32',
        home: 'C:\\Users\\a',
        programs: [`${npm}\\claude.cmd`, native],
        env: { Path: npm },
      });
      assert.equal((await locate('', ['C:\\work'], system)).path, native);
    });

    it('never uses a program in the current folder, whatever the folders of PATH are called', async () => {
      const system = machine({
        platform: 'win32',
        programs: ['C:\\work\\claude.exe', 'C:\\w\\claude.exe'],
        env: { Path: 'C:\\w' },
        currentFolder: 'C:\\work',
      });
      assert.equal((await locate('', ['C:\\work'], system)).path, 'C:\\w\\claude.exe');
      const planted = machine({
        platform: 'win32',
        programs: ['C:\\work\\claude.exe'],
        env: { Path: 'C:\\;C:\\w' },
        currentFolder: 'C:\\work',
      });
      await assert.rejects(locate('', ['C:\\work'], planted), { kind: 'cliMissing' });
    });

    for (const entry of [
      'C:/Users/a/.local/bin',
      'C:\\Users\\a\\.local\\bin\\',
      'C:\\Users\\\\a\\\\.local\\bin',
      'C:\\Users\\a\\x\\..\\.local\\bin',
      '"C:\\Users\\a\\.local\\bin"',
      'c:\\users\\a\\.local\\bin',
    ]) {
      it(`finds the CLI with ${entry} on PATH`, async () => {
        const program = `${/^"?c/.test(entry) ? 'c:\\users' : 'C:\\Users'}\\a\\.local\\bin\\claude.exe`;
        const system = machine({ platform: 'win32', programs: [program], env: { Path: `tools;${entry};.` } });
        assert.equal((await locate('', ['C:\\work'], system)).path, program);
      });
    }

    it('finds the CLI while a whole drive is open, but not in the root of the drive', async () => {
      const programs = ['C:\\claude.exe', 'C:\\tools\\claude.exe'];
      const system = machine({ platform: 'win32', programs, env: { Path: 'C:\\;C:\\tools' } });
      assert.equal((await locate('', ['C:\\'], system)).path, 'C:\\tools\\claude.exe');
    });

    it('reads the shim of pnpm', async () => {
      const pnpm = 'C:\\Users\\a\\AppData\\Local\\pnpm';
      const program = `${pnpm}\\global\\5\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe`;
      const text = '@"%~dp0\\global\\5\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe"   %*\r\n';
      const facts = {
        platform: 'win32',
        programs: [`${pnpm}\\claude.cmd`, program],
        texts: { [`${pnpm}\\claude.cmd`]: text },
      } as const;
      for (const env of [{ Path: pnpm }, { LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local' }]) {
        assert.equal((await locate('', ['C:\\work'], machine({ ...facts, env }))).path, program);
      }
    });
  });
});
