import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../../src/core/log.js';
import { readOrCreateKey } from '../../../../src/vscode/lifecycle/windowKey.js';
import { createWindows } from '../../../../src/vscode/lifecycle/windows.js';

describe('the key that windows share', () => {
  let root = '';
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'windows-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  it('is the same for all windows with the same storage folder', () => {
    const folder = join(root, 'storage');
    const [one, other] = [createWindows(folder, silentLogger), createWindows(folder, silentLogger)];
    assert.match(one.key() ?? '', /^[0-9a-f]{64}$/);
    assert.equal(other.key(), one.key());
    assert.deepEqual(readdirSync(folder), ['window-key']);
  });

  it('is readable by this user only, and so is its folder', function () {
    // Windows has no file modes: the access control list of the folder decides.
    if (process.platform === 'win32') this.skip();
    const folder = join(root, 'global', 'storage');
    const umask = process.umask(0);
    try {
      createWindows(folder, silentLogger).key();
    } finally {
      process.umask(umask);
    }
    const modeOf = (path: string): number => statSync(path).mode & 0o777;
    assert.deepEqual([folder, join(folder, 'window-key')].map(modeOf), [0o700, 0o600]);
  });

  for (const [description, text, mode] of [
    ['is empty', '', 0o600],
    ['has one character', 'a', 0o600],
    ['is not hexadecimal', 'z'.repeat(64), 0o600],
    ['ends with a line break', `${'a'.repeat(64)}\n`, 0o600],
    ['can be read by others', 'a'.repeat(64), 0o644],
    ['can be written by the group', 'a'.repeat(64), 0o620],
  ] as const) {
    it(`is made anew, for all windows, if the file ${description}`, function () {
      if (process.platform === 'win32' && mode !== 0o600) this.skip();
      const file = join(root, 'window-key');
      writeFileSync(file, text, { mode });
      chmodSync(file, mode);
      const [one, other] = [createWindows(root, silentLogger), createWindows(root, silentLogger)];
      const key = one.key() ?? '';
      assert.match(key, /^[0-9a-f]{64}$/);
      assert.notEqual(key, text);
      assert.equal(other.key(), key);
      assert.deepEqual(readdirSync(root), ['window-key']);
    });
  }

  // As Linux, macOS and Windows report it, for example on exFAT.
  for (const code of ['EPERM', 'ENOTSUP', 'EISDIR']) {
    it(`is created on a file system without links (${code})`, () => {
      const file = join(root, 'window-key');
      const link = (): never => {
        throw Object.assign(new Error('no links'), { code });
      };
      const key = readOrCreateKey(file, link);
      assert.equal(readFileSync(file, 'utf8'), key);
      assert.equal(readOrCreateKey(file, link), key);
      assert.deepEqual(readdirSync(root), ['window-key']);
    });
  }

  it('follows a key that another window has written', () => {
    const [one, other] = [createWindows(root, silentLogger), createWindows(root, silentLogger)];
    const before = one.key();
    writeFileSync(join(root, 'window-key'), '');
    assert.notEqual(other.key(), before);
    assert.equal(one.key(), other.key());
  });

  it('differs between storage folders', () => {
    const [one, other] = ['a', 'b'].map((name) => createWindows(join(root, name), silentLogger).key());
    assert.notEqual(one, other);
  });

  it('is undefined, with one warning in the log, when it cannot be stored', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    const warnings: string[] = [];
    const windows = createWindows(join(file, 'storage'), {
      ...silentLogger,
      warn: (line) => void warnings.push(line),
    });
    assert.equal(windows.key(), undefined);
    assert.equal(await windows.fetchReport({ host: '127.0.0.1', port: 9 }), undefined);
    assert.equal(warnings.length, 1);
  });
});
