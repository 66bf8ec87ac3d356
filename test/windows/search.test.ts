/** The search for the CLI in a real file system of Windows. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { locate, thisMachine } from '../../src/claude/cli/locate.js';

describe('the search for the CLI on Windows', () => {
  let root: string;
  let workspace: string;
  let programs: string;
  let cli: string;
  const caller = process.cwd();

  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'claude search-')));
    workspace = join(root, 'workspace');
    programs = join(root, 'programs');
    cli = join(programs, 'claude.exe');
    for (const folder of [workspace, programs]) await mkdir(folder);
  });
  afterEach(async () => {
    process.chdir(caller);
    await rm(root, { recursive: true });
  });

  const create = (path: string, text = ''): Promise<void> => writeFile(path, text);
  /** The CLI that is found with this PATH, in lower case. */
  async function found(path: string, folders: readonly string[] = [workspace]): Promise<string> {
    const machine = thisMachine({ Path: path, USERPROFILE: root });
    return (await locate('', folders, machine)).path.toLowerCase();
  }

  it('skips a claude.exe in the open folder, which is the current one', async () => {
    await create(join(workspace, 'claude.exe'));
    process.chdir(workspace);
    for (const path of ['', '.', workspace, `${workspace}\\`, workspace.toUpperCase()]) {
      await assert.rejects(found(path), { kind: 'cliMissing' }, path);
    }
    await create(cli);
    assert.equal(await found(`.;${workspace};${programs}`), cli.toLowerCase());
  });

  it('finds the CLI in a folder whose name begins like that of the open folder', async () => {
    const beside = `${workspace}-tools`;
    await mkdir(beside);
    await create(join(beside, 'claude.exe'));
    assert.equal(await found(beside), join(beside, 'claude.exe').toLowerCase());
  });

  const SPELLINGS: Readonly<Record<string, (folder: string) => string>> = {
    'forward slashes': (folder) => folder.replaceAll('\\', '/'),
    'doubled backslashes': (folder) => folder.replaceAll('\\', '\\\\').replace('\\\\', '\\'),
    'a backslash at its end': (folder) => `${folder}\\`,
    'two dots': (folder) => `${folder}\\..\\programs`,
    quotes: (folder) => `"${folder}"`,
    'another case': (folder) => folder.toUpperCase(),
  };
  for (const [what, spelled] of Object.entries(SPELLINGS)) {
    it(`finds the CLI in a folder that PATH names with ${what}`, async () => {
      await create(cli);
      assert.equal(await found(`C:\\nothing;${spelled(programs)}`), cli.toLowerCase());
    });
  }

  it('finds the CLI while the whole drive is open', async () => {
    await create(cli);
    assert.equal(await found(programs, [parse(root).root]), cli.toLowerCase());
  });

  it('finds the program behind the shim of pnpm', async () => {
    const folder = join(programs, 'global', '5', 'node_modules', '@anthropic-ai', 'claude-code', 'bin');
    await mkdir(folder, { recursive: true });
    await create(join(folder, 'claude.exe'));
    const target = '%~dp0\\global\\5\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe';
    await create(join(programs, 'claude.cmd'), `@"${target}"   %*\r\n`);
    assert.equal(await found(programs), join(folder, 'claude.exe').toLowerCase());
  });
});
