/** The user is asked before Claude acts in the workspace. The real CLI, with a scripted model and a scripted user. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../src/core/json.js';
import { silentLogger } from '../../src/core/log.js';
import type { PermissionAnswer, PermissionRequest } from '../../src/core/permission.js';
import { messageReply, textReply, toolReply, type ToolUseBlock } from '../standin/server.js';
import {
  answerOf,
  assistant,
  never,
  request,
  startCliRig,
  user,
  type Answer,
  type CliRig,
} from '../support/cliRig.js';
import { stayingCommand } from '../support/ownSession.js';
import { isAlive, pidsIn } from '../support/processes.js';
import { until } from '../support/until.mjs';

describe('the permission of the user', function () {
  this.timeout(120_000);
  let rig: CliRig;
  let asked: PermissionRequest[];
  let log: string[];
  let answers: (PermissionAnswer | 'none')[];
  let cancelledQuestions: number;

  async function start(permissions: 'ask' | 'acceptEdits' = 'ask'): Promise<void> {
    asked = [];
    log = [];
    answers = [];
    cancelledQuestions = 0;
    rig = await startCliRig({
      log: { ...silentLogger, info: (line) => void log.push(line) },
      workspace: {
        permissions,
        askPermission: (question, signal) => {
          asked.push(question);
          const answer = answers.shift() ?? 'deny';
          if (answer !== 'none') return Promise.resolve(answer);
          return new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              cancelledQuestions++;
              resolve('deny');
            });
          });
        },
      },
    });
  }
  beforeEach(() => start());
  afterEach(() => rig.close({ lenient: true }));

  function file(name: string): string {
    return join(rig.environment.workspace, name);
  }

  let calls = 0;
  function call(name: string, input: JsonObject): ToolUseBlock {
    return { type: 'tool_use', id: `toolu_${calls++}`, name, input };
  }

  function ask(text = 'go', signal = never()): Promise<Answer> {
    const more = { lane: 'workspace', client: 'test/1', thinking: { show: true } } as const;
    return answerOf(rig.backend.chat(request([user(text)], more), signal));
  }

  /** The last message that the model got. */
  function lastMessage(): string {
    return JSON.stringify(rig.standIn.requests.at(-1)?.body.messages.at(-1));
  }

  it('is requested for an edit, with the details of the edit, which happens if the user allows it', async () => {
    const input = { file_path: file('a.txt'), content: 'new' };
    answers = ['once'];
    rig.standIn.reply(toolReply(call('Write', input)), textReply('done'));
    const { thinking } = await ask();
    assert.deepEqual(asked, [
      { tool: 'Write', input, folder: rig.environment.workspace, model: 'sonnet', client: 'test/1' },
    ]);
    assert.equal(readFileSync(file('a.txt'), 'utf8'), 'new');
    assert.equal(thinking, 'Wrote a.txt\n');
    assert.deepEqual(log, ['[permission] allowed once: Write a.txt']);
  });

  it('is requested for a command, which does not run if the user denies it, and the model is told', async () => {
    rig.standIn.reply(toolReply(call('Bash', { command: 'touch ran', description: 'x' })), textReply('done'));
    const { thinking } = await ask();
    assert.deepEqual(
      asked.map(({ tool, input }) => [tool, input['command']]),
      [['Bash', 'touch ran']],
    );
    assert.ok(!existsSync(file('ran')));
    assert.match(lastMessage(), /The user did not allow this/);
    assert.equal(thinking, 'Could not run `touch ran`\n');
    assert.deepEqual(log, ['[permission] denied: Bash `touch ran`']);
  });

  it('is requested for reading outside the folder only', async () => {
    await writeFile(file('in.txt'), 'inside');
    const outside = join(rig.environment.root, 'out.txt');
    await writeFile(outside, 'outside-bytes');
    rig.standIn.reply(
      messageReply([call('Read', { file_path: file('in.txt') }), call('Read', { file_path: outside })]),
      textReply('done'),
    );
    await ask();
    assert.deepEqual(
      asked.map(({ input, sensitive }) => [input['file_path'], sensitive]),
      [[outside, 'outside']],
    );
    assert.match(lastMessage(), /inside/);
    assert.ok(!lastMessage().includes('outside-bytes'));
  });

  it('given for the conversation covers a tool, or one exact command', async () => {
    answers = ['conversation', 'conversation'];
    rig.standIn.reply(
      messageReply([
        call('Bash', { command: 'touch ran1', description: 'x' }),
        call('Bash', { command: 'touch ran1', description: 'y' }),
        call('Write', { file_path: file('a.txt'), content: 'a' }),
      ]),
      textReply('A1'),
      messageReply([
        call('Bash', { command: 'touch ran1', description: 'z' }),
        call('Bash', { command: 'touch ran2', description: 'z' }),
        call('Write', { file_path: file('b.txt'), content: 'b' }),
      ]),
      textReply('A2'),
    );
    await ask();
    const more = { lane: 'workspace', thinking: { show: true } } as const;
    await answerOf(rig.backend.chat(request([user('go'), assistant('A1'), user('on')], more), never()));
    assert.deepEqual(
      asked.map(({ tool, input }) => [tool, input['command']]),
      [
        ['Bash', 'touch ran1'],
        ['Write', undefined],
        ['Bash', 'touch ran2'],
      ],
    );
    assert.ok(existsSync(file('ran1')) && existsSync(file('a.txt')) && existsSync(file('b.txt')));
    assert.ok(!existsSync(file('ran2')));
  });

  it('given for the conversation does not cover other conversations', async () => {
    answers = ['conversation', 'deny'];
    const touch = { command: 'touch ran', description: 'x' };
    rig.standIn.reply(
      toolReply(call('Bash', touch)),
      textReply('A1'),
      toolReply(call('Bash', touch)),
      textReply('A2'),
    );
    await ask('one');
    await ask('other');
    assert.equal(asked.length, 2);
  });

  it('is requested every time for settings and git files, whatever was granted and whatever the rules say', async () => {
    const { workspace, root } = rig.environment;
    const rules = {
      permissions: { defaultMode: 'bypassPermissions', allow: ['Write', 'Edit', 'Bash(*)', 'Read'] },
    };
    await mkdir(file('.claude/agents'), { recursive: true });
    await writeFile(file('.claude/settings.json'), JSON.stringify(rules));
    await writeFile(join(root, 'config', 'settings.json'), JSON.stringify(rules));
    const trusted = { projects: { [workspace]: { hasTrustDialogAccepted: true } } };
    await writeFile(join(root, 'config', '.claude.json'), JSON.stringify(trusted));
    const sensitive = [
      '.claude/settings.local.json',
      '.vscode/tasks.json',
      '.mcp.json',
      '.git/hooks/pre-commit',
    ];
    answers = sensitive.map(() => 'conversation');
    rig.standIn.reply(
      messageReply(
        [...sensitive, ...sensitive].map((name) => call('Write', { file_path: file(name), content: '{}' })),
      ),
      textReply('done'),
    );
    await ask();
    assert.deepEqual(
      asked.map((question) => question.sensitive),
      ['settings', 'settings', 'settings', 'git', 'settings', 'settings', 'settings', 'git'],
    );
    assert.equal(readFileSync(file('.mcp.json'), 'utf8'), '{}');
  });

  it('is requested for a subagent that the project runs in another permission mode', async () => {
    await mkdir(file('.claude/agents'), { recursive: true });
    for (const mode of ['acceptEdits', 'bypassPermissions', 'auto']) {
      await writeFile(
        file(`.claude/agents/${mode}.md`),
        `---\nname: ${mode}\ndescription: x\npermissionMode: ${mode}\n---\nYou.\n`,
      );
      rig.standIn.reply(
        toolReply(call('Agent', { description: 'd', prompt: 'p', subagent_type: mode })),
        messageReply([
          call('Write', { file_path: file('made'), content: 'x' }),
          call('Bash', { command: 'touch made', description: 'x' }),
        ]),
        textReply('could not'),
        textReply('done'),
      );
      await ask(mode);
    }
    assert.deepEqual(
      asked.map(({ tool }) => tool),
      ['Write', 'Bash', 'Write', 'Bash', 'Write', 'Bash'],
    );
    assert.ok(!existsSync(file('made')));
  });

  it('is not requested for edits in the folder with acceptEdits, only for everything else', async () => {
    await rig.close();
    await start('acceptEdits');
    rig.standIn.reply(
      messageReply([
        call('Write', { file_path: file('made'), content: 'x' }),
        call('Write', { file_path: join(rig.environment.root, 'made'), content: 'x' }),
        call('Write', { file_path: file('.vscode/settings.json'), content: 'x' }),
        call('Bash', { command: 'mkdir ran', description: 'x' }),
      ]),
      textReply('done'),
    );
    await ask();
    assert.deepEqual(
      asked.map(({ tool, sensitive }) => [tool, sensitive]),
      [
        ['Write', 'outside'],
        ['Write', 'settings'],
        ['Bash', undefined],
      ],
    );
    assert.ok(existsSync(file('made')) && !existsSync(file('ran')));
    assert.ok(!existsSync(join(rig.environment.root, 'made')));
  });

  it('is no longer requested after the client has disconnected', async () => {
    answers = ['none'];
    rig.standIn.reply(toolReply(call('Bash', { command: 'touch ran', description: 'x' })));
    const client = new AbortController();
    const answer = ask('go', client.signal);
    await until('the user is asked', () => asked.length === 1);
    client.abort();
    await assert.rejects(answer);
    await until('the question is cancelled', () => cancelledQuestions === 1);
    await until('the cancellation is logged', () => log.includes('[permission] withdrawn: Bash `touch ran`'));
    await until('the process has exited', () => rig.backend.activity().processes === 0);
    assert.ok(!existsSync(file('ran')));
  });

  it('given for a command does not keep it running: it ends with the request, with everything it started', async function () {
    if (process.platform === 'win32') this.skip();
    answers = ['once'];
    const command = stayingCommand('pids');
    rig.standIn.reply(toolReply(call('Bash', { command, description: 'x', timeout: 600_000 })));
    const client = new AbortController();
    const answer = ask('go', client.signal);
    await until('the command runs', () => pidsIn(file('pids')).length === 3);
    const pids = pidsIn(file('pids'));
    assert.ok(pids.every(isAlive));
    client.abort();
    await assert.rejects(answer);
    await until('everything has exited', () => !pids.some(isAlive) && rig.backend.activity().processes === 0);
  });
});
