import assert from 'node:assert/strict';
import path from 'node:path';
import type { JsonObject } from '../../../../src/core/json.js';
import type { WorkspacePermissions } from '../../../../src/core/permission.js';
import { evaluate, type PermissionDecision } from '../../../../src/claude/workspace/permissionPolicy.js';
import type { WorkspacePaths } from '../../../../src/claude/workspace/toolPaths.js';

/** A file system without links, Git, devices and subagents. */
const NO_FILES = {
  linksIn: () => Promise.resolve([]),
  readText: () => Promise.resolve(undefined),
  isDevice: () => Promise.resolve(false),
  agentDefinitions: () => Promise.resolve([]),
};

/** A workspace with symbolic links, from a path to its target. */
function workspaceWith(
  links: Readonly<Record<string, string>> = {},
  folders: WorkspacePaths['folders'] = ['/home/me/project'],
): WorkspacePaths {
  const realPath = (requested: string): Promise<string | undefined> => {
    const found = Object.entries(links).find(
      ([from]) => requested === from || requested.startsWith(`${from}/`),
    );
    return Promise.resolve(found === undefined ? requested : found[1] + requested.slice(found[0].length));
  };
  return { ...NO_FILES, folders, home: '/home/me', path: path.posix, realPath };
}

function decide(
  permissions: WorkspacePermissions,
  tool: string,
  input: JsonObject,
  paths = workspaceWith(),
  mode?: string,
): Promise<PermissionDecision> {
  return evaluate({ tool, input }, permissions, paths, mode);
}

/** The type of the decision, followed by the sensitivity if there is one: `ask outside`. */
async function summary(...args: Parameters<typeof decide>): Promise<string> {
  const decision = await decide(...args);
  return decision.type === 'ask' && decision.sensitive !== undefined
    ? `ask ${decision.sensitive}`
    : decision.type;
}

const LINKS = {
  '/home/me/project/link': '/etc',
  '/home/me/project/a-link.txt': '/home/me/secret.txt',
  '/home/me/project/back': '/home/me/project/src',
  '/home/me/project/hidden': '/home/me/project/.git',
};

const INSIDE = [
  'a.txt',
  './a.txt',
  'src/../a.txt',
  ' a.txt ',
  '/home/me/project/a.txt',
  '/home/me/project',
  '/home/me/other/../project/a.txt',
  '~/project/a.txt',
  '..a.txt',
  '~a.txt',
  '...',
  'back/a.txt',
];
const OUTSIDE = [
  '/etc/passwd',
  ' /etc/passwd',
  '..',
  '../a.txt',
  'src/../../a.txt',
  '/home/me/project/../a.txt',
  '/home/me/project-2/a.txt',
  '/home/me/projec',
  '~',
  '~/',
  '~/a.txt',
  '~/project/../a.txt',
  'link',
  'link/passwd',
  'src/../link/passwd',
  'link/../a.txt',
  'a-link.txt',
  '',
  '  ',
  'a.txt\0',
];

describe('evaluate', () => {
  describe('with readOnly permissions', () => {
    for (const tool of ['Read', 'Grep']) {
      const name = tool === 'Read' ? 'file_path' : 'path';
      it(`leaves ${tool} inside the folder to the CLI’s rules, however the path is spelled`, async () => {
        for (const spelling of INSIDE) {
          const input = { [name]: spelling, pattern: 'x' };
          assert.equal(await summary('readOnly', tool, input, workspaceWith(LINKS)), 'useCliRules', spelling);
        }
      });
      it(`denies ${tool} outside the folder, however the path leads there`, async () => {
        for (const spelling of OUTSIDE) {
          const input = { [name]: spelling, pattern: 'x' };
          assert.equal(await summary('readOnly', tool, input, workspaceWith(LINKS)), 'deny', spelling);
        }
      });
    }

    it('allows Glob only inside the folder, by its path and its pattern', async () => {
      for (const input of [
        { pattern: '**/*.ts' },
        { pattern: 'src/**' },
        { pattern: '/home/me/project/src/*' },
        { pattern: '*', path: 'src' },
        { pattern: 'a..b/*..c' },
        { pattern: '{src,test}/**' },
        { pattern: 'back/*' },
      ]) {
        assert.equal(
          await summary('readOnly', 'Glob', input, workspaceWith(LINKS)),
          'useCliRules',
          JSON.stringify(input),
        );
      }
      for (const input of [
        { pattern: '/etc/*' },
        { pattern: '../*' },
        { pattern: 'src/../../*' },
        { pattern: '**/../..' },
        { pattern: '{..,src}/*' },
        { pattern: '{src,..}/*' },
        { pattern: '~/*' },
        { pattern: 'link/*' },
        { pattern: 'lin/../link/*' },
        { pattern: '*', path: '..' },
        { pattern: '*', path: 'link' },
        { pattern: '*', path: 5 },
        { path: 'src' },
      ]) {
        assert.equal(
          await summary('readOnly', 'Glob', input, workspaceWith(LINKS)),
          'deny',
          JSON.stringify(input),
        );
      }
    });

    it('denies every other tool', async () => {
      for (const tool of [
        'Edit',
        'Write',
        'NotebookEdit',
        'Bash',
        'PowerShell',
        'Agent',
        'WebFetch',
        'TodoWrite',
        'mcp__x__y',
        '',
      ]) {
        const decision = await decide('readOnly', tool, { file_path: 'a.txt' });
        assert.equal(decision.type, 'deny', tool);
      }
    });

    it('denies the same in every permission mode of the CLI', async () => {
      assert.equal(await summary('readOnly', 'Bash', {}, workspaceWith(), 'bypassPermissions'), 'deny');
      const outside = { file_path: '/etc/passwd' };
      assert.equal(await summary('readOnly', 'Read', outside, workspaceWith(), 'bypassPermissions'), 'deny');
    });

    it('tells the model what is allowed', async () => {
      assert.match(
        JSON.stringify(await decide('readOnly', 'Bash', {})),
        /Bash is not allowed.*Read, Grep, Glob/,
      );
      const outside = await decide('readOnly', 'Read', { file_path: '/etc/passwd' });
      assert.match(JSON.stringify(outside), /only files inside \/home\/me\/project/);
    });
  });

  it('asks before a command that may leave the folder, whatever the CLI’s rules say', async () => {
    for (const command of ['rm -rf /', 'cat a*', 'cat link/passwd', 'cd src && ls', 42]) {
      assert.equal(await summary('ask', 'Bash', { command }, workspaceWith(LINKS)), 'ask', String(command));
    }
    assert.equal(await summary('ask', 'PowerShell', { command: 'ls' }), 'ask');
  });

  it('leaves reading, edits and commands in the folder to the CLI’s rules with ask permissions', async () => {
    for (const [tool, input] of [
      ['Read', { file_path: 'a.txt' }],
      ['Read', { file_path: '.git/config' }],
      ['Edit', { file_path: 'a.txt' }],
      ['Write', { file_path: 'new/a.txt' }],
      ['NotebookEdit', { notebook_path: 'a.ipynb' }],
      ['Bash', { command: 'npm test' }],
      ['WebFetch', { url: 'http://localhost' }],
      ['mcp__x__y', {}],
    ] as const) {
      assert.equal(await summary('ask', tool, input), 'useCliRules', tool);
    }
  });

  it('allows edits in the folder, and nothing else, with acceptEdits permissions', async () => {
    assert.equal(await summary('acceptEdits', 'Edit', { file_path: 'a.txt' }), 'allow');
    assert.equal(await summary('acceptEdits', 'Write', { file_path: '../a.txt' }), 'ask outside');
    assert.equal(await summary('acceptEdits', 'NotebookEdit', { file_path: 'a.txt' }), 'ask outside');
    assert.equal(await summary('acceptEdits', 'Bash', { command: 'touch a.txt' }), 'useCliRules');
  });

  for (const permissions of ['ask', 'acceptEdits'] as const) {
    it(`always asks outside the folder (${permissions})`, async () => {
      for (const spelling of OUTSIDE) {
        for (const tool of ['Read', 'Edit', 'Write']) {
          const decision = await summary(permissions, tool, { file_path: spelling }, workspaceWith(LINKS));
          assert.equal(decision, 'ask outside', `${tool} ${spelling}`);
        }
      }
    });

    it(`always asks for settings and git files, however the path is spelled (${permissions})`, async () => {
      for (const [spelling, sensitive] of [
        ['.claude/settings.json', 'settings'],
        ['.Claude/Settings.json', 'settings'],
        ['packages/a/.claude/agents/x.md', 'settings'],
        ['.vscode/tasks.json', 'settings'],
        ['src/../.vscode/tasks.json', 'settings'],
        ['.vscode', 'settings'],
        ['.mcp.json', 'settings'],
        ['.mcp.json. ', 'settings'],
        ['.mcp.json::$DATA', 'settings'],
        ['my.code-workspace', 'settings'],
        ['.bashrc', 'settings'],
        ['.husky/pre-commit', 'settings'],
        ['.git/hooks/pre-commit', 'git'],
        ['.GIT/config', 'git'],
        ['packages/a/.git/config', 'git'],
        ['.git', 'git'],
        ['.gitmodules', 'git'],
        ['hidden/config', 'git'],
      ] as const) {
        const decision = await summary(permissions, 'Write', { file_path: spelling }, workspaceWith(LINKS));
        assert.equal(decision, `ask ${sensitive}`, spelling);
      }
    });

    it(`asks for everything except reading in any other mode than default (${permissions})`, async () => {
      for (const mode of ['acceptEdits', 'bypassPermissions', 'auto', 'plan', 'dontAsk']) {
        assert.equal(await summary(permissions, 'Bash', { command: 'ls' }, workspaceWith(), mode), 'ask');
        assert.equal(
          await summary(permissions, 'Read', { file_path: 'a.txt' }, workspaceWith(), mode),
          'useCliRules',
        );
      }
      assert.equal(
        await summary('ask', 'Edit', { file_path: 'a.txt' }, workspaceWith(), 'acceptEdits'),
        'ask',
      );
    });
  }

  it('treats all folders of the workspace alike, also nested ones with settings', async () => {
    const paths = workspaceWith({}, ['/home/me/project', '/data', '/home/me/project/.vscode']);
    assert.equal(await summary('readOnly', 'Read', { file_path: '/data/x' }, paths), 'useCliRules');
    assert.equal(await summary('readOnly', 'Read', { file_path: '/dat' }, paths), 'deny');
    const tasks = { file_path: '/home/me/project/.vscode/tasks.json' };
    assert.equal(await summary('acceptEdits', 'Write', tasks, paths), 'ask settings');
  });

  it('resolves relative paths against the CLI’s working directory', async () => {
    const read = (file_path: string, cwd: string): Promise<PermissionDecision> =>
      evaluate({ tool: 'Read', input: { file_path }, cwd }, 'readOnly', workspaceWith());
    assert.equal((await read('../a.txt', '/home/me/project/src')).type, 'useCliRules');
    assert.equal((await read('a.txt', '/home/me')).type, 'deny');
    assert.equal((await read('../../a.txt', '/home/me/project/src')).type, 'deny');
  });

  it('allows reading, and nothing else, of tool results that the CLI has stored', async () => {
    const transcriptFolder = '/home/me/.claude/projects/x';
    const id = '0f0f0f0f-7a7a-4b4b-8c8c-1d1d1d1d1d1d';
    const use = (tool: string, input: JsonObject): Promise<PermissionDecision> =>
      evaluate(
        { tool, input, transcriptFolder },
        tool === 'Write' ? 'acceptEdits' : 'readOnly',
        workspaceWith(),
      );
    const storedResult = `${transcriptFolder}/${id}/tool-results/a.txt`;
    assert.equal((await use('Read', { file_path: storedResult })).type, 'useCliRules');
    assert.equal((await use('Grep', { pattern: 'x', path: storedResult })).type, 'useCliRules');
    assert.deepEqual(await use('Write', { file_path: storedResult }), { type: 'ask', sensitive: 'outside' });
    for (const path of [
      transcriptFolder,
      `${transcriptFolder}/${id}`,
      `${transcriptFolder}/${id}.jsonl`,
      `${transcriptFolder}/memory/tool-results/a.txt`,
      `${transcriptFolder}/${id}/tool-results/../a.txt`,
      `${transcriptFolder}/../y/${id}/tool-results/a.txt`,
    ]) {
      assert.equal((await use('Grep', { pattern: 'x', path })).type, 'deny', path);
    }
    for (const pattern of [`${transcriptFolder}/*/tool-results/*`, `${transcriptFolder}/**`]) {
      assert.equal((await use('Glob', { pattern })).type, 'deny', pattern);
    }
  });

  it('asks for a subagent in a worktree of its own', async () => {
    assert.equal(await summary('acceptEdits', 'Agent', { prompt: 'x', isolation: 'worktree' }), 'ask');
    assert.equal(await summary('acceptEdits', 'Agent', { prompt: 'x' }), 'useCliRules');
  });

  it('resolves a workspace folder that is a link', async () => {
    const paths = workspaceWith({ '/code': '/data/project' }, ['/code']);
    for (const file_path of ['/code/a.txt', '/data/project/a.txt', 'a.txt']) {
      assert.equal(await summary('readOnly', 'Read', { file_path }, paths), 'useCliRules', file_path);
    }
    assert.equal(await summary('acceptEdits', 'Write', { file_path: '/code/.git/x' }, paths), 'ask git');
  });

  it('denies a path that cannot be resolved', async () => {
    const paths = { ...workspaceWith(), realPath: () => Promise.resolve(undefined) };
    assert.equal(await summary('readOnly', 'Read', { file_path: 'a.txt' }, paths), 'deny');
  });

  it('handles Windows paths', async () => {
    const paths: WorkspacePaths = {
      ...NO_FILES,
      folders: ['C:\\Users\\me\\project'],
      home: 'C:\\Users\\me',
      path: path.win32,
      realPath: (requested) => Promise.resolve(requested),
    };
    for (const file_path of ['a.txt', 'src\\..\\a.txt', 'c:/users/ME/Project/a.txt', '~\\project\\a.txt']) {
      assert.equal(await summary('readOnly', 'Read', { file_path }, paths), 'useCliRules', file_path);
    }
    for (const file_path of [
      'D:\\a.txt',
      '..\\a.txt',
      '\\a.txt',
      '\\\\host\\share\\a.txt',
      '~\\a.txt',
      'C:\\Users\\me\\project2\\a',
    ]) {
      assert.equal(await summary('readOnly', 'Read', { file_path }, paths), 'deny', file_path);
    }
    for (const pattern of ['C:\\Windows\\*', '..\\*', 'src\\..\\..\\*']) {
      assert.equal(await summary('readOnly', 'Glob', { pattern }, paths), 'deny', pattern);
    }
    assert.equal(await summary('ask', 'Write', { file_path: '.GIT\\hooks\\x' }, paths), 'ask git');
  });

  it('asks before an edit of a file with unsaved changes, with any permissions', async () => {
    const paths: WorkspacePaths = {
      ...NO_FILES,
      ...workspaceWith(),
      isUnsaved: (path) => Promise.resolve(path === '/home/me/project/a.txt'),
    };
    for (const permissions of ['ask', 'acceptEdits'] as const) {
      for (const [tool, field] of [
        ['Edit', 'file_path'],
        ['Write', 'file_path'],
        ['NotebookEdit', 'notebook_path'],
      ] as const) {
        assert.equal(await summary(permissions, tool, { [field]: 'a.txt' }, paths), 'ask unsaved');
        assert.notEqual(await summary(permissions, tool, { [field]: 'b.txt' }, paths), 'ask unsaved');
      }
      assert.equal(await summary(permissions, 'Read', { file_path: 'a.txt' }, paths), 'useCliRules');
    }
  });
});
