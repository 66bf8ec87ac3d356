/** Decisions about files that are sensitive under another name, in a real file system. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path, { dirname, join } from 'node:path';
import { outsideInstructions } from '../../../../src/claude/workspace/outsideInstructions.js';
import { evaluate } from '../../../../src/claude/workspace/permissionPolicy.js';
import type { WorkspacePaths } from '../../../../src/claude/workspace/toolPaths.js';
import { markdownTexts, workspaceFiles } from '../../../../src/claude/workspace/workspaceFiles.js';

describe('the workspace lane', function () {
  let root: string;
  let folder: string;
  let paths: WorkspacePaths;

  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'claude-places-')));
    folder = join(root, 'project');
    await mkdir(folder);
    await mkdir(join(root, 'home'));
    paths = {
      ...workspaceFiles([folder]),
      folders: [folder],
      home: join(root, 'home'),
      path,
      agentDefinitions: () => markdownTexts([join(folder, '.claude/agents')]),
    };
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function put(name: string, text = 'x'): Promise<void> {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }

  async function link(name: string, target: string): Promise<void> {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await symlink(target, join(folder, name));
  }

  async function decisionAbout(file: string, tool = 'Write'): Promise<string> {
    const decision = await evaluate({ tool, input: { file_path: file } }, 'acceptEdits', paths);
    return decision.type === 'ask' ? `ask ${decision.sensitive}` : decision.type;
  }

  for (const [name, target, written, expected] of [
    ['.vscode', 'ide', 'ide/tasks.json', 'ask settings'],
    ['.envrc', 'conf/envrc', 'conf/envrc', 'ask settings'],
    ['.husky', 'hooks', 'hooks/pre-commit', 'ask settings'],
    ['.devcontainer', 'container', 'container/devcontainer.json', 'ask settings'],
    ['all.code-workspace', 'conf/all.json', 'conf/all.json', 'ask settings'],
    ['.claude', 'tool/claude', 'tool/claude/settings.json', 'ask settings'],
    ['.mcp.json', 'conf/mcp.json', 'conf/mcp.json', 'ask settings'],
    ['.gitattributes', 'attributes', 'attributes', 'ask git'],
    ['.git', 'repository', 'repository/config', 'ask git'],
    ['.vscode/tasks.json', '../conf/tasks.json', 'conf/tasks.json', 'ask settings'],
    ['.claude/hooks/format', '../../scripts/format', 'scripts/format', 'ask settings'],
    ['.husky/pre-commit', '../scripts/pre-commit', 'scripts/pre-commit', 'ask settings'],
    ['.devcontainer/setup', '../scripts', 'scripts/setup.sh', 'ask settings'],
    ['.git/hooks/pre-commit', '../../scripts/pre-commit', 'scripts/pre-commit', 'ask git'],
    ['.git/config', '../conf/git', 'conf/git', 'ask git'],
    ['sub/.vscode', '../ide', 'sub/x/../../ide/a', 'allow'],
    ['sub/.vscode', 'ide', 'sub/ide/tasks.json', 'ask settings'],
  ] as const) {
    it(`decides "${expected}" about ${written} when ${name} is a link to ${target}`, async () => {
      await put(written);
      await link(name, target);
      assert.equal(await decisionAbout(written), expected);
      assert.equal(await decisionAbout('other.txt'), 'allow');
    });
  }

  for (const name of ['.cshrc', '.tcshrc', '.kshrc', '.login', '.logout', 'config.fish', '.zlogout']) {
    it(`asks before a change of ${name}`, async () => {
      assert.equal(await decisionAbout(`dotfiles/${name}`), 'ask settings');
    });
  }

  it('asks before a change below the folder that a .git file names', async () => {
    await put('.git', 'gitdir: ./.bare\n');
    await put('.bare/config', '[core]\n\tbare = true\n');
    for (const file of ['.bare/config', '.bare/hooks/post-checkout', 'src/../.bare/x']) {
      assert.equal(await decisionAbout(file), 'ask git', file);
    }
    assert.equal(await decisionAbout('bare/config'), 'allow');
  });

  it('asks before a change of the common folder of a worktree that lies in the workspace', async () => {
    const git = (...args: readonly string[]): void => {
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        cwd: folder,
        stdio: 'ignore',
      });
    };
    await mkdir(join(folder, 'main'));
    git('init', '-q', 'main');
    git('-C', 'main', 'commit', '-q', '--allow-empty', '-m', 'x');
    await rename(join(folder, 'main/.git'), join(folder, 'store'));
    git('--git-dir=store', '--work-tree=main', 'worktree', 'add', '-q', join(folder, 'tree'));
    assert.equal(await decisionAbout('store/hooks/pre-commit'), 'allow');
    paths = { ...paths, folders: [join(folder, 'tree'), folder] };
    assert.equal(await decisionAbout(join(folder, 'store/hooks/pre-commit')), 'ask git');
  });

  for (const [setting, file] of [
    ['[core]\n\thooksPath = .githooks\n', '.githooks/pre-commit'],
    ['[core]\nhookspath=./tools/hooks # ours\n', 'tools/hooks/pre-push'],
    ['[include]\n\tpath = ../shared.gitconfig\n', undefined],
    ['[filter "x"]\n\tclean = ./tools/clean.sh %f\n', 'tools/clean.sh'],
    ['[core]\n\tfsmonitor = "tools/watch.sh"\n', 'tools/watch.sh'],
    ['[alias]\n\tx = !tools/x.sh\n[diff "y"]\n\ttextconv = tools/y.sh\n', 'tools/y.sh'],
  ] as const) {
    it(`asks before a change of what Git's configuration names: ${JSON.stringify(setting)}`, async () => {
      await put('.git/config', setting);
      if (file !== undefined) assert.equal(await decisionAbout(file), 'ask git');
      assert.equal(await decisionAbout('src/main.ts'), 'allow');
    });
  }

  it("does not ask about every file because a value of Git's configuration is the folder itself", async () => {
    await put('.git/config', '[include]\n\tpath = .\n[core]\n\teditor = ..\n');
    assert.equal(await decisionAbout('src/main.ts'), 'allow');
  });

  it("asks before a change of hooks that the user's configuration places in every repository", async () => {
    await writeFile(join(root, 'home/.gitconfig'), '[core]\n\thooksPath = .githooks\n');
    assert.equal(await decisionAbout('.githooks/pre-commit'), 'ask git');
  });

  it('denies reading from a named pipe, a device or a link to one', async function () {
    // Windows has neither of them as files.
    if (process.platform === 'win32') this.skip();
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await link('null', '/dev/null');
    assert.equal(await decisionAbout('pipe', 'Read'), 'deny');
    assert.equal(await decisionAbout('null', 'Read'), 'deny');
    const search = { tool: 'Grep', input: { path: 'pipe', pattern: 'x' } };
    assert.equal((await evaluate(search, 'readOnly', paths)).type, 'deny');
  });

  it('denies Glob through a folder with a name that looks like a pattern', async () => {
    const outside = join(root, 'outside');
    await mkdir(outside);
    for (const name of ['(link)', '!link', '[link]', '{link}', 'a(b', 'x!']) await link(name, outside);
    for (const pattern of [
      '(link)/*',
      '!link/*',
      '[link]/*',
      '{link}/**',
      'a(b/*.md',
      'x!/*',
      './(link)/x/*',
    ]) {
      const decision = await evaluate({ tool: 'Glob', input: { pattern } }, 'readOnly', paths);
      assert.equal(decision.type, 'deny', pattern);
    }
    for (const pattern of ['(src|test)/*.ts', '!(a)/*', '{a,b}/*', '**/*.ts', `${folder}/s(r)c/*`]) {
      const decision = await evaluate({ tool: 'Glob', input: { pattern } }, 'readOnly', paths);
      assert.equal(decision.type, 'useCliRules', pattern);
    }
  });

  it('denies reading a file whose folder has instructions that lead outside', async () => {
    await writeFile(join(root, 'secret.md'), 'x');
    await put('sub/deep/x.txt');
    await put('other/x.txt');
    await link('sub/CLAUDE.local.md', join(root, 'secret.md'));
    const read = async (file: string): Promise<string> =>
      (await evaluate({ tool: 'Read', input: { file_path: file } }, 'readOnly', paths)).type;
    assert.equal(await read('sub/deep/x.txt'), 'deny');
    assert.equal(await read('other/x.txt'), 'useCliRules');
  });

  it('leaves out instructions, output styles and memory that lead outside, with a warning for each', async () => {
    const outside = join(root, 'secret.md');
    await writeFile(outside, 'x');
    await link('CLAUDE.md', outside);
    await put('CLAUDE.local.md');
    await link('.claude/output-styles/style.md', outside);
    await put('.claude/settings.local.json', JSON.stringify({ autoMemoryDirectory: '~/memory' }));
    const { settings, warnings } = await outsideInstructions(paths);
    assert.deepEqual(settings, {
      claudeMdExcludes: [join(folder, 'CLAUDE.md')],
      outputStyle: 'default',
      autoMemoryEnabled: false,
    });
    assert.equal(warnings.length, 3);
  });

  it('leaves out nothing that lies in the folder, also behind links', async () => {
    await put('AGENTS.md');
    await link('CLAUDE.md', 'AGENTS.md');
    await put('.claude/output-styles/style.md');
    await put('.claude/settings.json', JSON.stringify({ autoMemoryDirectory: '../memory' }));
    assert.deepEqual(await outsideInstructions(paths), { settings: {}, warnings: [] });
  });

  it('asks before it starts a subagent whose definition wants a worktree', async () => {
    await put('.claude/agents/team/spy.md', '---\nname: spy\nisolation: worktree\n---\nYou are.\n');
    await put('.claude/agents/plain.md', '---\nname: plain\n---\nisolation: worktree\n');
    const start = async (type: string): Promise<string> =>
      (await evaluate({ tool: 'Agent', input: { subagent_type: type, prompt: 'x' } }, 'acceptEdits', paths))
        .type;
    assert.equal(await start('spy'), 'ask');
    assert.equal(await start('SPY'), 'ask');
    assert.equal(await start('plain'), 'useCliRules');
  });
});
