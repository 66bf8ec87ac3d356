import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectState } from '../../../../src/claude/workspace/projectState.js';
import { workspaceFiles } from '../../../../src/claude/workspace/workspaceFiles.js';

describe('projectState', () => {
  let root: string;
  let folder: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'project-state-'));
    folder = join(root, 'above', 'project');
    await mkdir(folder, { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function put(name: string, text: string): Promise<void> {
    const path = join(root, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }

  function state(): Promise<string> {
    const { readText } = workspaceFiles([folder]);
    return projectState({ folder, configFolder: join(root, 'config'), home: join(root, 'home'), readText });
  }

  it('stays the same while nothing changes', async () => {
    await put('above/project/CLAUDE.md', '@a.md');
    await put('above/project/.claude/agents/a.md', 'A');
    await put('above/project/src/code.ts', 'x');
    const before = await state();
    await put('above/project/src/code.ts', 'longer');
    assert.equal(await state(), before);
  });

  for (const name of [
    'above/project/CLAUDE.md',
    'above/CLAUDE.local.md',
    'above/project/.claude/settings.json',
    'above/project/.claude/rules/deep/rule.md',
    'above/project/.claude/agents/agent.md',
    'above/project/.mcp.json',
    'above/project/.git/HEAD',
    'config/CLAUDE.md',
    'config/settings.json',
    'config/agents/agent.md',
  ]) {
    it(`changes when ${name} is added or edited`, async () => {
      const without = await state();
      await put(name, 'one');
      const added = await state();
      assert.notEqual(added, without);
      await put(name, 'another text');
      assert.notEqual(await state(), added);
    });
  }

  it('changes with what Claude has noted about the project', async () => {
    const before = await state();
    await put(`config/projects/${folder.replaceAll(/[^a-zA-Z0-9]/g, '-')}/memory/MEMORY.md`, '- note');
    assert.notEqual(await state(), before);
  });

  for (const [what, line, name] of [
    ['relative to the file', 'See @docs/rule.md for more', 'above/project/docs/rule.md'],
    ['in the home folder', '- @~/rule.md', 'home/rule.md'],
    ['with a space in its name', '@my\\ rule.md', 'above/project/my rule.md'],
    ['that another imported file names', '@first.md', 'above/project/second.md'],
  ] as const) {
    it(`changes with an imported file ${what}`, async () => {
      await put('above/project/CLAUDE.md', line);
      await put('above/project/first.md', '@second.md');
      await put(name, 'one');
      const before = await state();
      await put(name, 'two');
      assert.notEqual(await state(), before);
    });
  }

  it('ends when files import each other', async () => {
    await put('above/project/CLAUDE.md', '@CLAUDE.md @first.md');
    await put('above/project/first.md', '@CLAUDE.md @first.md');
    assert.equal(await state(), await state());
  });
});
