import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loginPath, pathIn, rememberedPath } from '../../src/claude/cli/loginPath.js';

describe('PATH of a login shell', function () {
  this.timeout(30_000);
  let home: string;

  before(function () {
    if (process.platform === 'win32') this.skip();
  });
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'login-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  function ask(shell: string): Promise<string | undefined> {
    return loginPath({ HOME: home, SHELL: shell, PATH: '/usr/bin:/bin' });
  }

  it('is what its start-up files make of it, whatever they print', async () => {
    await writeFile(join(home, '.profile'), 'echo "PATH=/not/this"\nPATH="/added/bin:$PATH"\nexport PATH\n');
    assert.match((await ask('/bin/bash')) ?? '', /^\/added\/bin:/);
  });

  it('is none where there is no such shell', async () => {
    assert.equal(await ask('/no/such/shell'), undefined);
  });

  it('is none where the start-up never ends', async () => {
    const shell = join(home, 'shell');
    await writeFile(shell, '#!/bin/sh\nexec sleep 60\n');
    await chmod(shell, 0o755);
    assert.equal(await ask(shell), undefined);
  });

  it('is read from behind the mark only', () => {
    assert.equal(pathIn('PATH=/x\n'), undefined);
    assert.equal(pathIn('PATH=/x\n-- environment --\nHOME=/h\nPATH=/y:/z\n'), '/y:/z');
  });

  describe('once asked for', () => {
    /** A shell that says how often it was asked, and a clock. */
    function shell(): { path: () => Promise<string | undefined>; pass: (milliseconds: number) => void } {
      let now = 0;
      let asked = 0;
      const ask = (): Promise<string | undefined> => Promise.resolve(`/asked/${++asked}`);
      return { path: rememberedPath(ask, () => now), pass: (milliseconds) => (now += milliseconds) };
    }

    it('is remembered for a minute, and asked for again then', async () => {
      const { path, pass } = shell();
      assert.equal(await path(), '/asked/1');
      pass(59_999);
      assert.equal(await path(), '/asked/1');
      pass(1);
      assert.equal(await path(), '/asked/2');
      assert.equal(await path(), '/asked/2');
    });

    it('is one for all who ask at once', async () => {
      const { path } = shell();
      assert.deepEqual(await Promise.all([path(), path(), path()]), Array(3).fill('/asked/1'));
    });
  });
});
