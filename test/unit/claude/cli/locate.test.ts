import assert from 'node:assert/strict';
import { locate, shimTarget, type Machine } from '../../../../src/claude/cli/locate.js';

interface MachineFacts {
  readonly platform?: NodeJS.Platform;
  readonly env?: Record<string, string>;
  readonly home?: string;
  readonly programs: readonly string[];
  readonly loginPath?: string;
  readonly folders?: Readonly<Record<string, readonly string[]>>;
}

function machine(facts: MachineFacts): Machine & { asked: { login: number } } {
  const { platform = 'linux', programs } = facts;
  const slash = platform === 'win32' ? '\\' : '/';
  const endings = platform === 'win32' ? ['.exe', '.cmd'] : [''];
  const asked = { login: 0 };
  return {
    asked,
    platform,
    env: facts.env ?? {},
    home: facts.home ?? '/home/a',
    isProgram: (path) => Promise.resolve(programs.includes(path)),
    search: (name, folders) =>
      Promise.resolve(
        folders
          .flatMap((folder) => endings.map((ending) => `${folder}${slash}${name}${ending}`))
          .filter((path) => programs.includes(path)),
      ),
    loginPath: () => {
      asked.login++;
      return Promise.resolve(facts.loginPath);
    },
    list: (folder) => Promise.resolve(facts.folders?.[folder] ?? []),
  };
}

describe('finding the CLI', () => {
  it('takes the setting before everything else', async () => {
    const it = machine({ programs: ['/opt/claude', '/bin/claude'], env: { PATH: '/bin' } });
    assert.equal((await locate('/opt/claude', ['/code'], it)).path, '/opt/claude');
  });

  it('knows the home folder in the setting', async () => {
    assert.equal(
      (await locate('~/bin/claude', ['/code'], machine({ programs: ['/home/a/bin/claude'] }))).path,
      '/home/a/bin/claude',
    );
  });

  it('refuses a setting that is relative to who knows what', async () => {
    await assert.rejects(locate('bin/claude', ['/code'], machine({ programs: ['bin/claude'] })), {
      kind: 'cliMissing',
      message: /not an absolute path/,
    });
  });

  it('says when the setting names no program', async () => {
    await assert.rejects(locate('/opt/claude', ['/code'], machine({ programs: [] })), {
      message: /not a program/,
    });
  });

  it('takes PATH before the login shell, without asking it', async () => {
    const it = machine({ programs: ['/bin/claude'], env: { PATH: '/sbin:/bin' }, loginPath: '/opt/bin' });
    assert.equal((await locate('', ['/code'], it)).path, '/bin/claude');
    assert.equal(it.asked.login, 0);
  });

  it('never takes a program from the workspace', async () => {
    const it = machine({ programs: ['/code/bin/claude', '/usr/bin/claude'], env: { PATH: '/code/bin' } });
    assert.equal((await locate('', ['/code'], it)).path, '/usr/bin/claude');
  });

  it('asks the login shell when PATH has none, as in an editor started from a dock', async () => {
    const it = machine({
      programs: ['/home/a/.nvm/x/bin/claude'],
      env: { PATH: '/bin' },
      loginPath: '/bin:/home/a/.nvm/x/bin',
    });
    const found = await locate('', ['/code'], it);
    assert.equal(found.path, '/home/a/.nvm/x/bin/claude');
    assert.match(found.source, /login shell/);
  });

  for (const place of [
    '/home/a/.local/bin/claude',
    '/opt/homebrew/bin/claude',
    '/usr/local/bin/claude',
    '/home/a/.claude/local/claude',
    '/home/a/.volta/bin/claude',
    '/home/a/.bun/bin/claude',
  ]) {
    it(`knows ${place}`, async () => {
      assert.equal((await locate('', ['/code'], machine({ programs: [place] }))).path, place);
    });
  }

  it('takes the newest Node of nvm', async () => {
    const nvm = '/home/a/.nvm/versions/node';
    const versions = ['v9.1.0', 'v22.3.0', 'v20.1.0'];
    const it = machine({
      programs: versions.map((v) => `${nvm}/${v}/bin/claude`),
      folders: { [nvm]: versions },
    });
    assert.equal((await locate('', ['/code'], it)).path, `${nvm}/v22.3.0/bin/claude`);
  });

  it('tells what it tried and what to do when there is none', async () => {
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

    it('starts the program behind npm’s shim, never the shim', async () => {
      assert.equal(shimTarget(`${npm}\\claude.cmd`), exe);
      const it = machine({ platform: 'win32', programs: [`${npm}\\claude.cmd`, exe], env: { Path: npm } });
      assert.equal((await locate('', ['C:\\work'], it)).path, exe);
    });

    it('resolves a shim in the setting too', async () => {
      const it = machine({ platform: 'win32', programs: [exe] });
      assert.equal((await locate(`${npm}\\claude.cmd`, ['C:\\work'], it)).path, exe);
    });

    it('passes over a shim with nothing behind it', async () => {
      const native = 'C:\\Users\\a\\.local\\bin\\claude.exe';
      const it = machine({
        platform: 'win32',
        home: 'C:\\Users\\a',
        programs: [`${npm}\\claude.cmd`, native],
        env: { Path: npm },
      });
      assert.equal((await locate('', ['C:\\work'], it)).path, native);
    });
  });
});
