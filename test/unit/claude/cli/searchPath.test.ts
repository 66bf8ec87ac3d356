import assert from 'node:assert/strict';
import { homeFolder, isInFolders, searchableFolders } from '../../../../src/claude/cli/searchPath.js';

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
    const path = 'C:\\Windows;"C:\\Program Files\\x";tools;c:/Code/Shop/bin;D:\\Code\\Shop';
    assert.deepEqual(searchableFolders(path, ['C:\\code\\shop\\'], 'win32'), [
      'C:\\Windows',
      'C:\\Program Files\\x',
      'D:\\Code\\Shop',
    ]);
  });

  it('excludes the same folder in every notation on Windows', () => {
    const path =
      'c:\\CODE\\shop\\bin;C:/code//shop;C:\\code\\x\\..\\shop\\.;\\\\?\\C:\\code\\shop;\\tools;C:\\code\\shop-2';
    assert.deepEqual(searchableFolders(path, ['C:\\code\\shop'], 'win32'), ['C:\\code\\shop-2']);
    assert.deepEqual(searchableFolders('//Server/share/code/bin', ['\\\\server\\share\\code'], 'win32'), []);
  });

  it('keeps the folders of an open drive or file system, without its root', () => {
    assert.deepEqual(searchableFolders('C:\\;C:\\Windows', ['c:\\'], 'win32'), ['C:\\Windows']);
    assert.deepEqual(searchableFolders('/:/usr/bin', ['/'], 'linux'), ['/usr/bin']);
  });

  it('ignores case on macOS', () => {
    assert.deepEqual(searchableFolders('/Code/Project/bin:/usr/bin', ['/code/project'], 'darwin'), [
      '/usr/bin',
    ]);
  });
});

describe('isInFolders', () => {
  it('compares whole folders, and ignores case and slashes on Windows', () => {
    assert.equal(isInFolders('C:\\Work\\claude.EXE', ['c:/work'], 'win32'), true);
    assert.equal(isInFolders('C:\\workshop\\claude.exe', ['C:\\work'], 'win32'), false);
    assert.equal(isInFolders('C:\\work\\bin\\claude.exe', ['C:\\work'], 'win32'), false);
    assert.equal(isInFolders('/bin/claude', ['/bin'], 'linux'), true);
  });
});

describe('homeFolder', () => {
  it('is the profile on Windows, whatever HOME says', () => {
    const profile = { USERPROFILE: 'C:\\Users\\a', HOMEDRIVE: 'H:', HOMEPATH: '\\' };
    for (const HOME of ['H:', 'H:\\', '/home/a']) {
      assert.equal(homeFolder({ ...profile, HOME }, 'win32'), 'C:\\Users\\a');
    }
  });

  it('is the home drive and path on Windows without a profile, and HOME last', () => {
    assert.equal(homeFolder({ HOMEDRIVE: 'H:', HOMEPATH: '\\a', HOME: 'X:' }, 'win32'), 'H:\\a');
    assert.equal(homeFolder({ HOME: 'H:' }, 'win32'), 'H:\\');
    assert.equal(homeFolder({}, 'win32'), '');
  });

  it('is HOME elsewhere', () => {
    assert.equal(homeFolder({ HOME: '/home/a', USERPROFILE: 'C:\\Users\\a' }, 'linux'), '/home/a');
  });
});
