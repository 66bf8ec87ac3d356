import assert from 'node:assert/strict';
import { searchableFolders } from '../../../../src/claude/cli/searchPath.js';

describe('searchableFolders', () => {
  it('excludes relative folders and folders inside the workspace', () => {
    const path = '/usr/bin:.:node_modules/.bin:/code/project:/code/project/bin::/code/project-tools/bin';
    assert.deepEqual(searchableFolders(path, ['/code/project'], 'linux'), [
      '/usr/bin',
      '/code/project-tools/bin',
    ]);
  });

  it('excludes folders inside any open folder', () => {
    const path = '/code/b/bin:/usr/bin:/code/a:/code/c/bin:/code/ab/bin';
    assert.deepEqual(searchableFolders(path, ['/code/a', '/code/b', '/code/c/'], 'linux'), [
      '/usr/bin',
      '/code/ab/bin',
    ]);
    assert.deepEqual(searchableFolders('/usr/bin:/bin', [], 'linux'), ['/usr/bin', '/bin']);
  });

  it('ignores case, slash direction and quotes on Windows', () => {
    const path = 'C:\\Windows;"C:\\Program Files\\x";tools;c:/Work/Project/bin;D:\\Work\\Project';
    assert.deepEqual(searchableFolders(path, ['C:\\work\\project\\'], 'win32'), [
      'C:\\Windows',
      'C:\\Program Files\\x',
      'D:\\Work\\Project',
    ]);
  });
});
