import assert from 'node:assert/strict';
import path from 'node:path';
import type { JsonObject } from '../../../../src/core/json.js';
import type { WorkspacePermissions } from '../../../../src/core/permission.js';
import { evaluate, type Verdict } from '../../../../src/claude/workspace/permissionPolicy.js';
import type { WorkPlace } from '../../../../src/claude/workspace/toolPaths.js';

/** A disk of links: each leads from a path, and from all below it, to another one. */
function placeWith(
  links: Readonly<Record<string, string>> = {},
  folders: WorkPlace['folders'] = ['/home/me/project'],
): WorkPlace {
  const realPath = (asked: string): Promise<string | undefined> => {
    const found = Object.entries(links).find(([from]) => asked === from || asked.startsWith(`${from}/`));
    return Promise.resolve(found === undefined ? asked : found[1] + asked.slice(found[0].length));
  };
  return { folders, home: '/home/me', path: path.posix, realPath };
}

function verdict(
  permissions: WorkspacePermissions,
  tool: string,
  input: JsonObject,
  place = placeWith(),
  mode?: string,
): Promise<Verdict> {
  return evaluate({ tool, input }, permissions, place, mode);
}

/** `pass`, `allow`, `deny`, `ask`, or `ask outside` and the like. */
async function wordFor(...args: Parameters<typeof verdict>): Promise<string> {
  const given = await verdict(...args);
  return given.type === 'ask' && given.sensitive !== undefined ? `ask ${given.sensitive}` : given.type;
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

describe('what Claude may do', () => {
  describe('where it may only read', () => {
    for (const tool of ['Read', 'Grep']) {
      const name = tool === 'Read' ? 'file_path' : 'path';
      it(`is ${tool} inside the folder, however the path is spelled`, async () => {
        for (const spelled of INSIDE) {
          const input = { [name]: spelled, pattern: 'x' };
          assert.equal(await wordFor('readOnly', tool, input, placeWith(LINKS)), 'pass', spelled);
        }
      });
      it(`is not ${tool} outside, however the path leads there`, async () => {
        for (const spelled of OUTSIDE) {
          const input = { [name]: spelled, pattern: 'x' };
          assert.equal(await wordFor('readOnly', tool, input, placeWith(LINKS)), 'deny', spelled);
        }
      });
    }

    it('is Glob inside the folder, by its path and its pattern', async () => {
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
          await wordFor('readOnly', 'Glob', input, placeWith(LINKS)),
          'pass',
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
          await wordFor('readOnly', 'Glob', input, placeWith(LINKS)),
          'deny',
          JSON.stringify(input),
        );
      }
    });

    it('is nothing else', async () => {
      for (const tool of [
        'Edit',
        'Write',
        'NotebookEdit',
        'Bash',
        'Agent',
        'WebFetch',
        'TodoWrite',
        'mcp__x__y',
        '',
      ]) {
        const given = await verdict('readOnly', tool, { file_path: 'a.txt' });
        assert.equal(given.type, 'deny', tool);
      }
    });

    it('does not depend on rules or modes', async () => {
      assert.equal(await wordFor('readOnly', 'Bash', {}, placeWith(), 'bypassPermissions'), 'deny');
      const outside = { file_path: '/etc/passwd' };
      assert.equal(await wordFor('readOnly', 'Read', outside, placeWith(), 'bypassPermissions'), 'deny');
    });

    it('is told to the model in words that name what is allowed', async () => {
      assert.match(
        JSON.stringify(await verdict('readOnly', 'Bash', {})),
        /Bash is not allowed.*Read, Grep, Glob/,
      );
      const outside = await verdict('readOnly', 'Read', { file_path: '/etc/passwd' });
      assert.match(JSON.stringify(outside), /only files inside \/home\/me\/project/);
    });
  });

  it('is what the CLI’s own rules say where the person is asked: for reading, edits and commands in the folder', async () => {
    for (const [tool, input] of [
      ['Read', { file_path: 'a.txt' }],
      ['Read', { file_path: '.git/config' }],
      ['Edit', { file_path: 'a.txt' }],
      ['Write', { file_path: 'new/a.txt' }],
      ['NotebookEdit', { notebook_path: 'a.ipynb' }],
      ['Bash', { command: 'rm -rf /' }],
      ['WebFetch', { url: 'http://localhost' }],
      ['mcp__x__y', {}],
    ] as const) {
      assert.equal(await wordFor('ask', tool, input), 'pass', tool);
    }
  });

  it('is edits in the folder without a question where they are accepted, and no more', async () => {
    assert.equal(await wordFor('acceptEdits', 'Edit', { file_path: 'a.txt' }), 'allow');
    assert.equal(await wordFor('acceptEdits', 'Write', { file_path: '../a.txt' }), 'ask outside');
    assert.equal(await wordFor('acceptEdits', 'NotebookEdit', { file_path: 'a.txt' }), 'ask outside');
    assert.equal(await wordFor('acceptEdits', 'Bash', { command: 'touch a.txt' }), 'pass');
  });

  for (const permissions of ['ask', 'acceptEdits'] as const) {
    it(`always needs a question outside the folder (${permissions})`, async () => {
      for (const spelled of OUTSIDE) {
        for (const tool of ['Read', 'Edit', 'Write']) {
          const given = await wordFor(permissions, tool, { file_path: spelled }, placeWith(LINKS));
          assert.equal(given, 'ask outside', `${tool} ${spelled}`);
        }
      }
    });

    it(`always needs a question for settings and git, however they are spelled (${permissions})`, async () => {
      for (const [spelled, sensitive] of [
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
        const given = await wordFor(permissions, 'Write', { file_path: spelled }, placeWith(LINKS));
        assert.equal(given, `ask ${sensitive}`, spelled);
      }
    });

    it(`needs a question for everything but reading in another mode than the usual one (${permissions})`, async () => {
      for (const mode of ['acceptEdits', 'bypassPermissions', 'auto', 'plan', 'dontAsk']) {
        assert.equal(await wordFor(permissions, 'Bash', { command: 'ls' }, placeWith(), mode), 'ask');
        assert.equal(await wordFor(permissions, 'Read', { file_path: 'a.txt' }, placeWith(), mode), 'pass');
      }
      assert.equal(await wordFor('ask', 'Edit', { file_path: 'a.txt' }, placeWith(), 'acceptEdits'), 'ask');
    });
  }

  it('is the same in each folder of a workspace, settings in a folder in a folder too', async () => {
    const place = placeWith({}, ['/home/me/project', '/data', '/home/me/project/.vscode']);
    assert.equal(await wordFor('readOnly', 'Read', { file_path: '/data/x' }, place), 'pass');
    assert.equal(await wordFor('readOnly', 'Read', { file_path: '/dat' }, place), 'deny');
    const tasks = { file_path: '/home/me/project/.vscode/tasks.json' };
    assert.equal(await wordFor('acceptEdits', 'Write', tasks, place), 'ask settings');
  });

  it('begins relative paths where the CLI works at that moment', async () => {
    const read = (file_path: string, cwd: string): Promise<Verdict> =>
      evaluate({ tool: 'Read', input: { file_path }, cwd }, 'readOnly', placeWith());
    assert.equal((await read('../a.txt', '/home/me/project/src')).type, 'pass');
    assert.equal((await read('a.txt', '/home/me')).type, 'deny');
    assert.equal((await read('../../a.txt', '/home/me/project/src')).type, 'deny');
  });

  it('is to read, and no more, what the CLI keeps of long results', async () => {
    const records = '/home/me/.claude/projects/x';
    const id = '0f0f0f0f-7a7a-4b4b-8c8c-1d1d1d1d1d1d';
    const use = (tool: string, input: JsonObject): Promise<Verdict> =>
      evaluate({ tool, input, records }, tool === 'Write' ? 'acceptEdits' : 'readOnly', placeWith());
    const kept = `${records}/${id}/tool-results/a.txt`;
    assert.equal((await use('Read', { file_path: kept })).type, 'pass');
    assert.equal((await use('Grep', { pattern: 'x', path: kept })).type, 'pass');
    assert.deepEqual(await use('Write', { file_path: kept }), { type: 'ask', sensitive: 'outside' });
    for (const path of [
      records,
      `${records}/${id}`,
      `${records}/${id}.jsonl`,
      `${records}/memory/tool-results/a.txt`,
      `${records}/${id}/tool-results/../a.txt`,
      `${records}/../y/${id}/tool-results/a.txt`,
    ]) {
      assert.equal((await use('Grep', { pattern: 'x', path })).type, 'deny', path);
    }
    for (const pattern of [`${records}/*/tool-results/*`, `${records}/**`]) {
      assert.equal((await use('Glob', { pattern })).type, 'deny', pattern);
    }
  });

  it('needs a question for a subagent in a copy of the repository', async () => {
    assert.equal(await wordFor('acceptEdits', 'Agent', { prompt: 'x', isolation: 'worktree' }), 'ask');
    assert.equal(await wordFor('acceptEdits', 'Agent', { prompt: 'x' }), 'pass');
  });

  it('counts a folder behind a link by where it is', async () => {
    const place = placeWith({ '/code': '/data/project' }, ['/code']);
    for (const file_path of ['/code/a.txt', '/data/project/a.txt', 'a.txt']) {
      assert.equal(await wordFor('readOnly', 'Read', { file_path }, place), 'pass', file_path);
    }
    assert.equal(await wordFor('acceptEdits', 'Write', { file_path: '/code/.git/x' }, place), 'ask git');
  });

  it('is nothing where a path cannot be followed', async () => {
    const place = { ...placeWith(), realPath: () => Promise.resolve(undefined) };
    assert.equal(await wordFor('readOnly', 'Read', { file_path: 'a.txt' }, place), 'deny');
  });

  it('knows the paths of Windows', async () => {
    const place: WorkPlace = {
      folders: ['C:\\Users\\me\\project'],
      home: 'C:\\Users\\me',
      path: path.win32,
      realPath: (asked) => Promise.resolve(asked),
    };
    for (const file_path of ['a.txt', 'src\\..\\a.txt', 'c:/users/ME/Project/a.txt', '~\\project\\a.txt']) {
      assert.equal(await wordFor('readOnly', 'Read', { file_path }, place), 'pass', file_path);
    }
    for (const file_path of [
      'D:\\a.txt',
      '..\\a.txt',
      '\\a.txt',
      '\\\\host\\share\\a.txt',
      '~\\a.txt',
      'C:\\Users\\me\\project2\\a',
    ]) {
      assert.equal(await wordFor('readOnly', 'Read', { file_path }, place), 'deny', file_path);
    }
    for (const pattern of ['C:\\Windows\\*', '..\\*', 'src\\..\\..\\*']) {
      assert.equal(await wordFor('readOnly', 'Glob', { pattern }, place), 'deny', pattern);
    }
    assert.equal(await wordFor('ask', 'Write', { file_path: '.GIT\\hooks\\x' }, place), 'ask git');
  });

  it('asks before an edit of a file with unsaved changes, whatever else is allowed', async () => {
    const place: WorkPlace = {
      ...placeWith(),
      isUnsaved: (path) => Promise.resolve(path === '/home/me/project/a.txt'),
    };
    for (const permissions of ['ask', 'acceptEdits'] as const) {
      for (const [tool, field] of [
        ['Edit', 'file_path'],
        ['Write', 'file_path'],
        ['NotebookEdit', 'notebook_path'],
      ] as const) {
        assert.equal(await wordFor(permissions, tool, { [field]: 'a.txt' }, place), 'ask unsaved');
        assert.notEqual(await wordFor(permissions, tool, { [field]: 'b.txt' }, place), 'ask unsaved');
      }
      assert.equal(await wordFor(permissions, 'Read', { file_path: 'a.txt' }, place), 'pass');
    }
  });
});
