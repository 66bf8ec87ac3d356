import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ignoredFiles } from '../../../../src/vscode/editorContext/gitIgnored.js';

describe('ignoredFiles', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ignored-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-C', folder, ...args], { stdio: 'ignore' });

  it('returns the ignored files of a repository, for any characters in their names', async () => {
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

  it('returns names in composed Unicode, whatever form they were given in', async () => {
    git('init');
    await writeFile(join(folder, '.gitignore'), 'a\u0308.log\n');
    const ignored = await ignoredFiles(folder, ['a\u0308.log'], [folder]);
    assert.equal(ignored?.has('\u00e4.log'), true);
  });

  it('returns an empty set for a folder that is not a repository', async () => {
    assert.deepEqual(await ignoredFiles(folder, ['a.log'], [folder]), new Set());
  });

  it('returns undefined when the repository is broken or Git is missing', async () => {
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

  it('does not run programs that the repository configures', async function () {
    if (process.platform === 'win32') this.skip();
    git('init');
    const marker = join(folder, 'marker');
    git('config', 'core.fsmonitor', `touch ${marker}`);
    await writeFile(join(folder, 'a.ts'), '');
    git('add', 'a.ts');
    await rm(marker, { force: true });
    await ignoredFiles(folder, ['a.ts'], [folder]);
    await assert.rejects(access(marker), { code: 'ENOENT' });
  });
});
