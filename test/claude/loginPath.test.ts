import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loginPath, pathIn } from '../../src/claude/loginPath.js';

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
});
