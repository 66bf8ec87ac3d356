import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ignoredFiles } from '../../../../src/vscode/editorContext/gitIgnored.js';

describe('what Git ignores', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ignored-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-C', folder, ...args], { stdio: 'ignore' });

  it('is told of a repository, whatever the names of the files', async () => {
    git('init');
    await writeFile(join(folder, '.gitignore'), '*.log\nprivate\n');
    const names = ['a.log', 'ä "b"\n.log', 'private/x', 'a.ts'];
    const ignored = await ignoredFiles(folder, names, [folder]);
    assert.deepEqual(
      names.filter((name) => ignored?.has(name)),
      names.slice(0, 3),
    );
    assert.deepEqual(await ignoredFiles(folder, ['a.ts'], [folder]), new Set());
  });

  it('is told whatever the form of the letters in a name', async () => {
    git('init');
    await writeFile(join(folder, '.gitignore'), 'a\u0308.log\n');
    const ignored = await ignoredFiles(folder, ['a\u0308.log'], [folder]);
    assert.equal(ignored?.has('\u00e4.log'), true);
  });

  it('is nothing in a folder that is no repository', async () => {
    assert.deepEqual(await ignoredFiles(folder, ['a.log'], [folder]), new Set());
  });

  it('is unknown when Git is broken, or not there', async () => {
    git('init');
    await writeFile(join(folder, '.git', 'config'), '[broken');
    assert.equal(await ignoredFiles(folder, ['a.log'], [folder]), undefined);
    const { PATH } = process.env;
    process.env['PATH'] = folder;
    try {
      assert.equal(await ignoredFiles(folder, ['a.log'], [folder]), undefined);
    } finally {
      process.env['PATH'] = PATH;
    }
  });

  it('is asked without running what the repository configures', async function () {
    if (process.platform === 'win32') this.skip();
    git('init');
    const mark = join(folder, 'mark');
    git('config', 'core.fsmonitor', `touch ${mark}`);
    await writeFile(join(folder, 'a.ts'), '');
    git('add', 'a.ts');
    await rm(mark, { force: true });
    await ignoredFiles(folder, ['a.ts'], [folder]);
    await assert.rejects(access(mark), { code: 'ENOENT' });
  });
});
