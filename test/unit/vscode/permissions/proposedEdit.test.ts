import assert from 'node:assert/strict';
import { editedPath, proposedEdit } from '../../../../src/vscode/permissions/proposedEdit.js';

const CART = 'a = 1\nb = 2\na = 1\n';

describe('editedPath', () => {
  it('returns the path for the tools that change a file', () => {
    assert.equal(editedPath('Edit', { file_path: 'a.ts' }), 'a.ts');
    assert.equal(editedPath('Write', { file_path: 'a.ts' }), 'a.ts');
    assert.equal(editedPath('NotebookEdit', { notebook_path: 'a.ipynb' }), 'a.ipynb');
    assert.equal(editedPath('Read', { file_path: 'a.ts' }), undefined);
    assert.equal(editedPath('Bash', { command: 'ls' }), undefined);
  });
});

describe('proposedEdit', () => {
  it('replaces the first occurrence, or all', () => {
    const input = { file_path: 'a', old_string: 'a = 1', new_string: 'a = $&' };
    assert.deepEqual(proposedEdit('Edit', input, CART), { before: CART, after: 'a = $&\nb = 2\na = 1\n' });
    assert.deepEqual(proposedEdit('Edit', { ...input, replace_all: true }, CART), {
      before: CART,
      after: 'a = $&\nb = 2\na = $&\n',
    });
  });

  it('deletes the line break of a line that is deleted completely', () => {
    const { after } = proposedEdit('Edit', { file_path: 'a', old_string: 'b = 2', new_string: '' }, CART);
    assert.equal(after, 'a = 1\na = 1\n');
  });

  it('compares lines independent of their line endings', () => {
    const input = { file_path: 'a', old_string: 'a\nb', new_string: 'c' };
    assert.deepEqual(proposedEdit('Edit', input, 'a\r\nb\r\n'), { before: 'a\nb\n', after: 'c\n' });
  });

  it('returns only the replaced part when the file does not contain it', () => {
    const input = { file_path: 'a', old_string: 'gone', new_string: 'new' };
    assert.deepEqual(proposedEdit('Edit', input, CART), { before: 'gone', after: 'new' });
    assert.deepEqual(proposedEdit('Edit', input, undefined), { before: 'gone', after: 'new' });
  });

  it('replaces the whole content of a new or existing file', () => {
    const input = { file_path: 'a', content: 'x\n' };
    assert.deepEqual(proposedEdit('Write', input, undefined), { before: '', after: 'x\n' });
    assert.deepEqual(proposedEdit('Write', input, CART), { before: CART, after: 'x\n' });
    const created = { file_path: 'a', old_string: '', new_string: 'x\n' };
    assert.deepEqual(proposedEdit('Edit', created, undefined), { before: '', after: 'x\n' });
  });

  it('changes, inserts and deletes a cell of a notebook', () => {
    const notebook = JSON.stringify({ cells: [{ id: 'one', source: ['x = 1\n', 'y'] }, { source: 'z' }] });
    const edit = (input: Record<string, string>) =>
      proposedEdit('NotebookEdit', { notebook_path: 'a.ipynb', ...input }, notebook);
    assert.deepEqual(edit({ cell_id: 'one', new_source: 'x = 2' }), { before: 'x = 1\ny', after: 'x = 2' });
    assert.deepEqual(edit({ cell_id: 'cell-1', new_source: 'w' }), { before: 'z', after: 'w' });
    assert.deepEqual(edit({ cell_id: 'one', new_source: 'n', edit_mode: 'insert' }), {
      before: '',
      after: 'n',
    });
    assert.deepEqual(edit({ cell_id: 'one', new_source: '', edit_mode: 'delete' }), {
      before: 'x = 1\ny',
      after: '',
    });
    assert.deepEqual(proposedEdit('NotebookEdit', { new_source: 'n' }, 'no notebook'), {
      before: '',
      after: 'n',
    });
  });
});
