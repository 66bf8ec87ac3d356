import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchSignIn } from '../../../../src/claude/cli/signInState.js';

describe('watchSignIn', () => {
  let home = '';
  let changes = 0;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'sign-in-'));
    await mkdir(join(home, '.claude'));
  });
  afterEach(() => rm(home, { recursive: true }));

  /** Writes a file with a time stamp of its own. */
  async function put(name: string, value: unknown): Promise<void> {
    const file = join(home, name);
    await writeFile(file, typeof value === 'string' ? value : JSON.stringify(value));
    changes += 1;
    await utimes(file, 1_000 + changes, 1_000 + changes);
  }
  const account = (id: string, more = {}) =>
    put('.claude.json', { oauthAccount: { accountUuid: id }, ...more });
  const credentials = (token: string, subscriptionType = 'max') =>
    put('.claude/.credentials.json', { claudeAiOauth: { accessToken: token, subscriptionType } });
  const environment = () => ({ HOME: home, USERPROFILE: home });

  it('changes with the account, and when the user signs in or out', async () => {
    const state = watchSignIn(environment());
    const seen = new Set([await state()]);
    await account('a');
    seen.add(await state());
    await account('b');
    seen.add(await state());
    await credentials('t');
    seen.add(await state());
    await put('.claude/.credentials.json', {});
    seen.add(await state());
    assert.equal(seen.size, 4);
  });

  it('stays the same when the CLI renews a token or counts its starts', async () => {
    await account('a', { numStartups: 1 });
    await credentials('first');
    const state = watchSignIn(environment());
    const before = await state();
    await account('a', { numStartups: 2 });
    await credentials('second');
    assert.equal(await state(), before);
    assert.equal(await watchSignIn(environment())(), before);
  });

  it('stays the same when the CLI creates its files without an account', async () => {
    const state = watchSignIn(environment());
    const before = await state();
    await put('.claude.json', { numStartups: 1 });
    assert.equal(await state(), before);
    await put('.claude/.credentials.json', {});
    assert.equal(await state(), before);
  });

  it('stays the same while the CLI is writing a file', async () => {
    await account('a');
    const state = watchSignIn(environment());
    const before = await state();
    await put('.claude.json', '{"oauthAccount":{"acc');
    assert.equal(await state(), before);
  });

  it('reads the configuration folder that the environment names', async () => {
    const folder = join(home, 'config');
    await mkdir(folder);
    const state = watchSignIn({ ...environment(), CLAUDE_CONFIG_DIR: folder });
    const before = await state();
    await account('a');
    assert.equal(await state(), before);
    await put('config/.claude.json', { oauthAccount: { accountUuid: 'a' } });
    assert.notEqual(await state(), before);
  });

  it('holds no part of a key or token', async () => {
    await put('.claude.json', { primaryApiKey: 'sk-ant-secret-0123' });
    await credentials('token-secret-0123');
    assert.doesNotMatch(await watchSignIn(environment())(), /secret|0123/);
  });
});
