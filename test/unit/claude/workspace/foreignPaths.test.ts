/** The permission gate with the path rules of Windows, on every system. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { followLinks, foreignTo } from '../../../../src/claude/workspace/foreignPaths.js';
import { outsideInstructions } from '../../../../src/claude/workspace/outsideInstructions.js';
import { evaluate } from '../../../../src/claude/workspace/permissionPolicy.js';
import type { WorkspacePaths } from '../../../../src/claude/workspace/toolPaths.js';
import type { WorkspacePermissions } from '../../../../src/core/permission.js';

interface Disk {
  /** The open folders. */
  readonly folders?: WorkspacePaths['folders'];
  /** Paths in lower case → their targets. */
  readonly links?: Readonly<Record<string, string>>;
  readonly texts?: Readonly<Record<string, string>>;
}

/** A workspace on Windows, and every path of it that was opened. */
function workspace({ folders = ['c:\\Users\\me\\project'], links = {}, texts = {} }: Disk = {}) {
  const opened: string[] = [];
  const open = <T>(file: string, found: T): Promise<T> => {
    opened.push(file);
    return Promise.resolve(found);
  };
  const paths: WorkspacePaths = {
    folders,
    home: 'C:\\Users\\me',
    path: path.win32,
    realPath: (file) => open(file, links[path.win32.resolve(file).toLowerCase()] ?? file),
    linksIn: (folder) => open(folder, []),
    readText: (file) => open(file, texts[path.win32.resolve(file).toLowerCase()]),
    isDevice: (file) => open(file, false),
    isUnsaved: (file) => open(file, false),
    agentDefinitions: () => Promise.resolve([]),
  };
  return { paths, opened };
}

const FOREIGN = [
  '\\\\server\\share\\file.txt',
  '//server/share/file.txt',
  '\\/server\\share/file.txt',
  '/\\server/share\\file.txt',
  '\\\\server',
  '//server',
  '\\\\server@SSL@8443\\share\\file.txt',
  '\\\\?\\UNC\\server\\share\\file.txt',
  '//?/UNC/server/share/file.txt',
  '\\\\?\\C:\\Users\\me\\project\\a.txt',
  '\\\\.\\PhysicalDrive0',
  '\\\\.\\pipe\\docker_engine',
  '//./pipe/docker_engine',
  '\\\\?\\GLOBALROOT\\Device\\Mup\\server\\share\\file.txt',
  '\\??\\UNC\\server\\share\\file.txt',
  ' \\\\server\\share\\file.txt ',
  '\\\\server\\share\\..\\..\\file.txt',
];

const CALLS: readonly [string, string, WorkspacePermissions][] = [
  ['Read', 'file_path', 'readOnly'],
  ['Grep', 'path', 'readOnly'],
  ['Glob', 'path', 'readOnly'],
  ['Read', 'file_path', 'ask'],
  ['Write', 'file_path', 'ask'],
  ['Edit', 'file_path', 'acceptEdits'],
  ['NotebookEdit', 'notebook_path', 'acceptEdits'],
];

describe('a path of another machine or of a device, on Windows', () => {
  for (const [tool, field, permissions] of CALLS) {
    it(`is denied to ${tool} with ${permissions} by its text, without access to it`, async () => {
      for (const spelling of FOREIGN) {
        const { paths, opened } = workspace();
        const input = { [field]: spelling, pattern: '*' };
        const decision = await evaluate({ tool, input }, permissions, paths);
        assert.equal(decision.type, 'deny', spelling);
        assert.deepEqual(opened, [], spelling);
      }
    });
  }

  it('is denied as a pattern of Glob, and as the folder in which a command is', async () => {
    for (const pattern of ['\\\\server\\share\\*', '//server/share/**', '//server/*/x', '\\\\server\\*']) {
      const { paths, opened } = workspace();
      assert.equal((await evaluate({ tool: 'Glob', input: { pattern } }, 'readOnly', paths)).type, 'deny');
      assert.deepEqual(opened, [], pattern);
    }
    const { paths, opened } = workspace();
    const use = { tool: 'Read', input: { file_path: 'a.txt' }, cwd: '\\\\server\\share' };
    assert.equal((await evaluate(use, 'ask', paths)).type, 'deny');
    assert.deepEqual(opened, []);
  });

  it('is denied if a link in the workspace leads to it', async () => {
    for (const permissions of ['readOnly', 'ask', 'acceptEdits'] as const) {
      const links = { 'c:\\users\\me\\project\\link.txt': '\\\\server\\share\\file.txt' };
      const { paths, opened } = workspace({ links });
      const use = { tool: 'Read', input: { file_path: 'link.txt' } };
      assert.equal((await evaluate(use, permissions, paths)).type, 'deny');
      assert.ok(!opened.some((file) => file.startsWith('\\\\')), opened.join());
    }
  });

  it('is not opened if a file of Git or a setting of the project names it', async () => {
    const texts = {
      'c:\\users\\me\\project\\.git': 'gitdir: //server/share/git\n',
      'c:\\users\\me\\project\\.claude\\settings.json': '{"autoMemoryDirectory":"\\\\\\\\server\\\\share"}',
    };
    const { paths, opened } = workspace({ texts });
    const use = { tool: 'Write', input: { file_path: 'a.txt' } };
    assert.equal((await evaluate(use, 'acceptEdits', paths)).type, 'allow');
    const { settings } = await outsideInstructions(paths);
    assert.equal(settings['autoMemoryEnabled'], false);
    assert.ok(opened.includes('c:\\Users\\me\\project\\.git'));
    assert.ok(!opened.some((file) => /^[\\/]{2}/.test(file)), opened.join());
  });

  it('is allowed inside an open folder of that machine, and denied beside it', async () => {
    const folders = ['\\\\wsl.localhost\\Ubuntu\\home\\me\\project'] as const;
    const decide = (file_path: string) =>
      evaluate({ tool: 'Read', input: { file_path } }, 'readOnly', workspace({ folders }).paths);
    for (const inside of [
      'a.txt',
      '//WSL.localhost/ubuntu/home/me/project/a.txt',
      `${folders[0]}\\src\\a.txt`,
    ])
      assert.equal((await decide(inside)).type, 'useCliRules', inside);
    for (const outside of ['..\\b.txt', '\\\\wsl.localhost\\Ubuntu\\etc\\passwd', '\\\\server\\share\\a.txt'])
      assert.equal((await decide(outside)).type, 'deny', outside);
  });
});

describe('a path on a drive of Windows', () => {
  it('is inside the folder in every case of drive and names, and in the notation of shells', async () => {
    for (const file_path of [
      'C:\\Users\\me\\project\\a.txt',
      'c:/users/ME/PROJECT/src/A.TXT',
      'C:\\USERS\\me\\other\\..\\Project\\a.txt',
      'SRC\\a.txt',
      '/c/Users/me/project/a.txt',
      '/C/users/me/project/a.txt',
      '~/Project/a.txt',
    ]) {
      const { paths } = workspace();
      const decision = await evaluate({ tool: 'Read', input: { file_path } }, 'readOnly', paths);
      assert.equal(decision.type, 'useCliRules', file_path);
    }
  });

  it('is denied outside the folder', async () => {
    for (const file_path of [
      'D:\\Users\\me\\project\\a.txt',
      'C:\\Users\\me\\project-2\\a.txt',
      '/d/Users/me/project/a.txt',
      '/c/Users/me/a.txt',
      '\\Users\\me\\a.txt',
      'c:..\\a.txt',
      '..\\a.txt',
    ]) {
      const { paths } = workspace();
      const decision = await evaluate({ tool: 'Read', input: { file_path } }, 'readOnly', paths);
      assert.equal(decision.type, 'deny', file_path);
    }
  });

  it('is denied if its name means a device in every folder', async () => {
    for (const name of ['CON', 'nul', 'src\\com1', 'Aux.txt', 'LPT¹', 'conin$', 'prn .txt', 'con:']) {
      const { paths } = workspace();
      const decision = await evaluate({ tool: 'Read', input: { file_path: name } }, 'readOnly', paths);
      assert.match(decision.type === 'deny' ? decision.reason : '', /device/, name);
    }
    for (const name of ['console.log', 'com10', 'auxiliary', 'src\\nulls']) {
      const { paths } = workspace();
      const decision = await evaluate({ tool: 'Read', input: { file_path: name } }, 'readOnly', paths);
      assert.equal(decision.type, 'useCliRules', name);
    }
  });
});

describe('followLinks', () => {
  /** @param links paths in lower case → targets as they are written */
  function follow(target: string, links: Readonly<Record<string, string>>) {
    const asked: string[] = [];
    const found = followLinks(target, {
      path: path.win32,
      isForeign: foreignTo(['C:\\p'], path.win32),
      readLink(link) {
        asked.push(link);
        return Promise.resolve(links[link.toLowerCase()]);
      },
    });
    return { found, asked };
  }

  it('follows relative and absolute links, and `..` behind them', async () => {
    const links = { 'c:\\p\\a': '..\\q\\b', 'c:\\q\\b\\c': 'D:\\r' };
    assert.equal(await follow('C:\\p\\a\\x.txt', links).found, 'C:\\q\\b\\x.txt');
    assert.equal(await follow('C:\\p\\a\\c\\x.txt', links).found, 'D:\\r\\x.txt');
    assert.equal(await follow('C:\\p\\a\\..\\x.txt', links).found, 'C:\\q\\x.txt');
  });

  it('ends at a foreign link without looking behind it', async () => {
    for (const target of ['\\\\server\\share', '//server/share', '\\??\\UNC\\server\\share']) {
      const { found, asked } = follow('C:\\p\\a\\b\\c.txt', { 'c:\\p\\a': target });
      assert.equal(foreignTo(['C:\\p'], path.win32)((await found) ?? ''), true, target);
      assert.deepEqual(asked, ['C:\\p', 'C:\\p\\a']);
    }
  });

  it('gives up on links that form a circle', async () => {
    assert.equal(await follow('C:\\p\\a', { 'c:\\p\\a': 'b', 'c:\\p\\b': 'a' }).found, undefined);
  });
});
