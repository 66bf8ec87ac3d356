import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realPath } from '../../../../src/claude/cli/realPath.js';

describe('realPath', () => {
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
    ['a path that does not exist yet', 'in/new/deeper/file', 'in/new/deeper/file'],
    ['a link', 'in/absolute', 'out'],
    ['a new file behind a link', 'in/relative/new/file', 'out/new/file'],
    ['a dangling link', 'in/dangling', 'out/new'],
    ['a new file behind a dangling link', 'in/dangling/file', 'out/new/file'],
    ['a link to a dangling link', 'in/chain', 'out/new'],
    ['a link through a link', 'in/deep/up', 'out/new'],
  ] as const) {
    it(`resolves ${what}`, async () => {
      assert.equal(await realPath(join(root, path)), join(root, real));
    });
  }

  it('returns undefined for a loop of links and for a path below a file', async () => {
    assert.equal(await realPath(join(root, 'in/loop')), undefined);
    assert.equal(await realPath(join(root, 'in/loop/file')), undefined);
    assert.equal(await realPath(join(root, 'in/file/below')), undefined);
  });
});
