/** Paths in another case than the open folder's, with the path rules of Windows on every system. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { PermissionGate } from '../../../../src/claude/workspace/permissionGate.js';
import type { WorkspacePaths } from '../../../../src/claude/workspace/toolPaths.js';
import { silentLogger } from '../../../../src/core/log.js';
import type { JsonObject } from '../../../../src/core/json.js';
import type { WorkspacePermissions } from '../../../../src/core/permission.js';

const FOLDER = 'c:\\Users\\me\\Project';

interface Circumstances {
  readonly permissions?: WorkspacePermissions;
  readonly windows?: boolean;
}

async function answer(
  tool: string,
  input: JsonObject,
  { permissions = 'readOnly', windows = true }: Circumstances = {},
): Promise<object | undefined> {
  const paths: WorkspacePaths = {
    folders: [windows ? FOLDER : '/home/me/Project'],
    home: windows ? 'C:\\Users\\me' : '/home/me',
    path: windows ? path.win32 : path.posix,
    realPath: (file) => Promise.resolve(file),
    linksIn: () => Promise.resolve([]),
    readText: () => Promise.resolve(undefined),
    isDevice: () => Promise.resolve(false),
    agentDefinitions: () => Promise.resolve([]),
  };
  const gate = new PermissionGate({ permissions, paths, log: silentLogger });
  const { hookSpecificOutput } = (await gate.onPreToolUse({ tool, input }, 'default')) as {
    hookSpecificOutput?: object;
  };
  return hookSpecificOutput;
}

const HOOK = { hookEventName: 'PreToolUse' };

describe('a path in the open folder of Windows', () => {
  for (const [tool, field, written, spelled] of [
    ['Read', 'file_path', 'C:\\USERS\\ME\\PROJECT\\a.txt', `${FOLDER}\\a.txt`],
    ['Read', 'file_path', 'C:/users/me/project/src/A.txt', `${FOLDER}\\src\\A.txt`],
    ['Read', 'file_path', ' C:\\users\\me\\project\\a.txt ', `${FOLDER}\\a.txt`],
    ['Grep', 'path', 'c:\\users\\me\\project', FOLDER],
    ['Glob', 'path', 'c:\\users\\me\\project\\src', `${FOLDER}\\src`],
  ] as const) {
    it(`is given to the CLI's rules in the case of the folder: ${tool} ${written}`, async () => {
      const rest = { pattern: 'x' };
      const updatedInput = { ...rest, [field]: spelled };
      assert.deepEqual(await answer(tool, { ...rest, [field]: written }), { ...HOOK, updatedInput });
    });
  }

  it('is edited in the case of the folder', async () => {
    const input = { file_path: 'C:\\users\\me\\project\\a.txt', content: 'x' };
    assert.deepEqual(await answer('Write', input, { permissions: 'acceptEdits' }), {
      ...HOOK,
      permissionDecision: 'allow',
      updatedInput: { ...input, file_path: `${FOLDER}\\a.txt` },
    });
  });

  for (const written of [
    'a.txt',
    `${FOLDER}\\A.TXT`,
    `C${FOLDER.slice(1)}\\a.txt`,
    'c:/Users/me/Project/a.txt',
  ]) {
    it(`stays as the model wrote it: ${written}`, async () => {
      assert.equal(await answer('Read', { file_path: written }), undefined);
    });
  }

  it('is denied beside the folder, and not changed', async () => {
    const denial = await answer('Read', { file_path: 'c:\\users\\me\\project2\\a.txt' });
    assert.deepEqual(Object.keys(denial ?? {}), [
      'hookEventName',
      'permissionDecision',
      'permissionDecisionReason',
    ]);
  });

  it('keeps its case on other systems', async () => {
    const denial = await answer('Read', { file_path: '/home/me/project/a.txt' }, { windows: false });
    assert.match(JSON.stringify(denial), /"permissionDecision":"deny"/);
  });
});
