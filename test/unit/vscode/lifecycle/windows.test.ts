import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../../src/core/log.js';
import { createWindows } from '../../../../src/vscode/lifecycle/windows.js';

describe('the key of the windows', () => {
  let root = '';
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'windows-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  it('is the same for all of them', () => {
    const folder = join(root, 'storage');
    const [one, other] = [createWindows(folder, silentLogger), createWindows(folder, silentLogger)];
    assert.match(one.key() ?? '', /^[0-9a-f]{64}$/);
    assert.equal(other.key(), one.key());
    assert.deepEqual(readdirSync(folder), ['window-key']);
  });

  it('can be read by this user only, and so can the folder that it is in', function () {
    // Windows has no modes: the folder's access list says who may read.
    if (process.platform === 'win32') this.skip();
    const folder = join(root, 'global', 'storage');
    const before = process.umask(0);
    try {
      createWindows(folder, silentLogger).key();
    } finally {
      process.umask(before);
    }
    const modeOf = (path: string): number => statSync(path).mode & 0o777;
    assert.deepEqual([folder, join(folder, 'window-key')].map(modeOf), [0o700, 0o600]);
  });

  it('is another one for another user', () => {
    const [one, other] = ['a', 'b'].map((name) => createWindows(join(root, name), silentLogger).key());
    assert.notEqual(one, other);
  });

  it('is missed only once, with a word in the log, where it cannot be kept', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    const warnings: string[] = [];
    const windows = createWindows(join(file, 'storage'), {
      ...silentLogger,
      warn: (line) => void warnings.push(line),
    });
    assert.equal(windows.key(), undefined);
    assert.equal(await windows.look({ host: '127.0.0.1', port: 9 }), undefined);
    assert.equal(warnings.length, 1);
  });
});
