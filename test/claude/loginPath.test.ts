import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loginPath, parseLoginPath, cachedLoginPath } from '../../src/claude/cli/loginPath.js';

describe('loginPath', function () {
  this.timeout(30_000);
  let home: string;

  before(function () {
    if (process.platform === 'win32') this.skip();
  });
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'login-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  function pathOf(shell: string): Promise<string | undefined> {
    return loginPath({ HOME: home, SHELL: shell, PATH: '/usr/bin:/bin' });
  }

  it('is PATH after the start-up files have run, whatever they print', async () => {
    await writeFile(join(home, '.profile'), 'echo "PATH=/not/this"\nPATH="/added/bin:$PATH"\nexport PATH\n');
    assert.match((await pathOf('/bin/bash')) ?? '', /^\/added\/bin:/);
  });

  it('is undefined if the shell does not exist', async () => {
    assert.equal(await pathOf('/no/such/shell'), undefined);
  });

  it('is undefined if a start-up file never ends', async () => {
    const shell = join(home, 'shell');
    await writeFile(shell, '#!/bin/sh\nexec sleep 60\n');
    await chmod(shell, 0o755);
    assert.equal(await pathOf(shell), undefined);
  });

  it('is read only after the marker', () => {
    assert.equal(parseLoginPath('PATH=/x\n'), undefined);
    assert.equal(parseLoginPath('PATH=/x\n-- environment --\nHOME=/h\nPATH=/y:/z\n'), '/y:/z');
  });

  describe('with a cache', () => {
    /** A cached query that numbers its results, and a clock to advance. */
    function counted(): {
      path: () => Promise<string | undefined>;
      advance: (milliseconds: number) => void;
    } {
      let now = 0;
      let queries = 0;
      const query = (): Promise<string | undefined> => Promise.resolve(`/query/${++queries}`);
      return { path: cachedLoginPath(query, () => now), advance: (milliseconds) => (now += milliseconds) };
    }

    it('is cached for a minute and then queried again', async () => {
      const { path, advance } = counted();
      assert.equal(await path(), '/query/1');
      advance(59_999);
      assert.equal(await path(), '/query/1');
      advance(1);
      assert.equal(await path(), '/query/2');
      assert.equal(await path(), '/query/2');
    });

    it('is queried once for simultaneous callers', async () => {
      const { path } = counted();
      assert.deepEqual(await Promise.all([path(), path(), path()]), Array(3).fill('/query/1'));
    });
  });
});
