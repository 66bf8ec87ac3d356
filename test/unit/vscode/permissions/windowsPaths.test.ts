/** Permission requests with the path rules of Windows, on every system. */
import assert from 'node:assert/strict';
import { win32 } from 'node:path';
import type { PermissionRequest } from '../../../../src/core/permission.js';
import { mayRead, permissionText, targetPath } from '../../../../src/vscode/permissions/permissionText.js';

const FOLDER = 'c:\\Users\\me\\shop';

function edit(file_path: string, folder = FOLDER): PermissionRequest {
  const input = { file_path, old_string: 'one', new_string: 'two' };
  return { tool: 'Edit', input, folder, model: 'claude-sonnet:workspace' };
}

function textOf(request: PermissionRequest) {
  const file = { exists: true, unsaved: false };
  const { message, preview } = permissionText(request, 5, file, win32);
  return { message, path: preview?.path };
}

describe('permissionText on Windows', () => {
  it('names the relative path in every case of the drive and the folder', () => {
    for (const path of ['C:\\Users\\ME\\Shop\\src\\a.ts', 'c:/users/me/shop/src/a.ts', 'src\\a.ts']) {
      assert.match(textOf(edit(path)).message, /^Claude wants to edit src\/a\.ts\./);
    }
  });

  it('previews a file under a path that a URI can have', () => {
    assert.equal(textOf(edit('src\\a.ts')).path, '/c:/Users/me/shop/src/a.ts');
    const folder = '\\\\wsl.localhost\\Ubuntu\\shop';
    assert.equal(textOf(edit('src\\a.ts', folder)).path, '/wsl.localhost/Ubuntu/shop/src/a.ts');
  });
});

describe('mayRead on Windows', () => {
  const reads = (path: string, folder = FOLDER): boolean =>
    mayRead(folder, targetPath(edit(path, folder), win32) ?? '', win32);

  it('is false for another machine or a device, unless the open folder is there', () => {
    for (const path of [
      '\\\\server\\share\\a.ts',
      '//server/share/a.ts',
      '\\\\?\\C:\\a.ts',
      '\\\\.\\pipe\\a',
    ])
      assert.equal(reads(path), false, path);
    assert.equal(reads('//wsl.localhost/ubuntu/shop/a.ts', '\\\\wsl.localhost\\Ubuntu\\shop'), true);
    assert.equal(reads('..\\a.ts', '\\\\wsl.localhost\\Ubuntu\\shop'), false);
  });

  it('is true for every path on a drive', () => {
    for (const path of ['a.ts', 'D:\\a.ts', '..\\a.ts']) assert.equal(reads(path), true, path);
  });
});
