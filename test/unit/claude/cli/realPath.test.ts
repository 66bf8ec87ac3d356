import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realPath } from '../../../../src/claude/cli/realPath.js';

describe('where a path leads', () => {
  let root: string;
  before(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'claude-paths-')));
    await mkdir(join(root, 'in/deep'), { recursive: true });
    await mkdir(join(root, 'out'));
    await writeFile(join(root, 'in/file'), '');
    for (const [name, target] of [
      ['absolute', join(root, 'out')],
      ['relative', '../out'],
      ['dangling', '../out/new'],
      ['chain', 'dangling'],
      ['loop', 'loop'],
      ['deep/up', '../relative/new'],
    ] as const) {
      await symlink(target, join(root, 'in', name));
    }
  });
  after(() => rm(root, { recursive: true }));

  for (const [what, path, real] of [
    ['a file', 'in/file', 'in/file'],
    ['what does not exist yet', 'in/new/deeper/file', 'in/new/deeper/file'],
    ['a link', 'in/absolute', 'out'],
    ['what does not exist behind a link', 'in/relative/new/file', 'out/new/file'],
    ['a link to what does not exist', 'in/dangling', 'out/new'],
    ['what does not exist behind such a link', 'in/dangling/file', 'out/new/file'],
    ['a link to such a link', 'in/chain', 'out/new'],
    ['a link through a link', 'in/deep/up', 'out/new'],
  ] as const) {
    it(`is told for ${what}`, async () => {
      assert.equal(await realPath(join(root, path)), join(root, real));
    });
  }

  it('is unknown for links without an end, and behind a file', async () => {
    assert.equal(await realPath(join(root, 'in/loop')), undefined);
    assert.equal(await realPath(join(root, 'in/loop/file')), undefined);
    assert.equal(await realPath(join(root, 'in/file/below')), undefined);
  });
});
