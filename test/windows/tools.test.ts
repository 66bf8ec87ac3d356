/** Files and commands of the workspace lane on Windows, with the real CLI. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../src/core/json.js';
import type { PermissionRequest } from '../../src/core/permission.js';
import type { WorkspaceOptions } from '../../src/claude/workspace/lanes.js';
import { textReply, toolReply } from '../standin/server.js';
import { answerOf, never, request, startCliRig, user, type CliRig } from '../support/cliRig.js';

/** Where Git for Windows installs the shell that the CLI prefers. */
const HAS_GIT_BASH = [process.env['ProgramFiles'], process.env['ProgramFiles(x86)']].some((folder) =>
  existsSync(join(folder ?? 'C:\\', 'Git', 'bin', 'bash.exe')),
);

describe('the workspace lane on Windows', function () {
  this.timeout(120_000);
  let rig: CliRig;
  let asked: PermissionRequest[];

  async function start(workspace: Partial<WorkspaceOptions> = {}): Promise<void> {
    asked = [];
    const askPermission: WorkspaceOptions['askPermission'] = (wanted) => {
      asked.push(wanted);
      return Promise.resolve('deny');
    };
    rig = await startCliRig({ workspace: { askPermission, ...workspace } });
    await writeFile(join(rig.environment.workspace, 'notes.txt'), 'the answer is 42\n');
  }
  afterEach(() => rig.close());

  /** Lets the model call a tool. @returns what the model gets as its result */
  async function resultOf(name: string, input: JsonObject): Promise<string> {
    rig.standIn.reply(toolReply({ id: 'toolu_1', name, input }), textReply('done'));
    await answerOf(rig.backend.chat(request([user('go')], { lane: 'workspace' }), never()));
    return JSON.stringify(rig.standIn.requests.at(-1)?.body.messages.at(-1));
  }

  /** How a path inside the folder may be written. */
  const SPELLINGS: Readonly<Record<string, (path: string) => string>> = {
    'in lower case': (path) => path.toLowerCase(),
    'in upper case': (path) => path.toUpperCase(),
    'with the other case of its drive letter': (path) =>
      path.replace(/^[a-z]/i, (letter) =>
        letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
      ),
    'with forward slashes': (path) => path.replaceAll('\\', '/'),
  };
  for (const [what, spelled] of Object.entries(SPELLINGS)) {
    it(`reads a file of the folder whose path is written ${what}`, async () => {
      await start();
      const file_path = spelled(join(rig.environment.workspace, 'notes.txt'));
      assert.match(await resultOf('Read', { file_path }), /the answer is 42/);
    });
  }

  for (const path of [
    '\\\\server\\share\\notes.txt',
    '//server/share/notes.txt',
    '\\\\?\\C:\\windows\\win.ini',
    '\\\\.\\C:\\windows\\win.ini',
    'C:\\windows\\win.ini',
  ]) {
    it(`denies reading ${path}`, async () => {
      await start();
      const result = await resultOf('Read', { file_path: path });
      assert.match(result, /"is_error":true/);
      assert.doesNotMatch(result, /fonts|extensions/);
    });
  }

  it('denies a change of a file of another machine without a permission request', async () => {
    await start({ permissions: 'ask' });
    const input = { file_path: '\\\\server\\share\\notes.txt', content: 'x' };
    assert.match(await resultOf('Write', input), /"is_error":true/);
    assert.deepEqual(asked, []);
  });

  it('asks before a command of PowerShell, which is the only shell without Git Bash', async function () {
    await start({ permissions: 'ask' });
    if (HAS_GIT_BASH) this.skip();
    const result = await resultOf('PowerShell', { command: 'Set-Content made.txt 1', description: 'x' });
    const tools = rig.standIn.requests[0]?.body.tools?.map((tool) => tool.name) ?? [];
    assert.deepEqual([tools.includes('PowerShell'), tools.includes('Bash')], [true, false]);
    assert.deepEqual(
      asked.map(({ tool }) => tool),
      ['PowerShell'],
    );
    assert.match(result, /"is_error":true/);
    assert.equal(existsSync(join(rig.environment.workspace, 'made.txt')), false);
  });

  it('allows one command of PowerShell for the conversation, and asks about the next one', async function () {
    if (HAS_GIT_BASH) this.skip();
    const commands: unknown[] = [];
    await start({
      permissions: 'ask',
      askPermission: ({ input }) => {
        commands.push(input['command']);
        return Promise.resolve('conversation');
      },
    });
    const run = (id: string, command: string) =>
      toolReply({ id, name: 'PowerShell', input: { command, description: id } });
    rig.standIn.reply(
      run('toolu_1', 'Get-Date'),
      run('toolu_2', 'Get-Date'),
      run('toolu_3', 'Get-Host'),
      textReply('done'),
    );
    await answerOf(rig.backend.chat(request([user('go')], { lane: 'workspace' }), never()));
    assert.deepEqual(commands, ['Get-Date', 'Get-Host']);
  });

  it('leaves a folder that can be renamed after the server has stopped', async () => {
    await start();
    await resultOf('Read', { file_path: join(rig.environment.workspace, 'notes.txt') });
    await rig.backend.close();
    const renamed = `${rig.environment.workspace}-renamed`;
    await rename(rig.environment.workspace, renamed);
    assert.ok(existsSync(join(renamed, 'notes.txt')));
  });
});
