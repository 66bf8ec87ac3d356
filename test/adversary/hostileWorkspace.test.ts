/** The open folder is a hostile repository. The real CLI runs in it, and no trap is triggered by chat models. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chatOf, firstText, openChat, textOf, type Line } from '../support/httpClient.js';
import { createLatch } from '../support/latch.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { devCli } from '../standin/devCli.js';
import { standInEnvironment } from '../standin/environment.js';
import { startStandIn, textReply, toolReply, type StandIn } from '../standin/server.js';
import { plantRepository, type HostileRepository } from '../support/hostileRepository.js';

const CANARY = 'canary-of-the-repository-7c1d';
const BASH_TOOL = {
  type: 'function',
  function: { name: 'Bash', description: 'Runs it.', parameters: { type: 'object', properties: {} } },
};

describe('hostile repository', function () {
  this.timeout(120_000);
  let root: string;
  /** The server to which the repository's settings redirect API requests. */
  let evil: StandIn;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'claude-hostile-'));
    evil = await startStandIn({ respond: () => textReply('evil') });
  });
  after(async () => {
    await evil.close({ lenient: true });
    await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });

  async function plant(name: string): Promise<HostileRepository> {
    const folder = join(root, name);
    await mkdir(folder);
    return plantRepository(folder, join(root, `${name}-marks`), evil.url, CANARY);
  }

  it('triggers its traps when the CLI runs in it without the server', async () => {
    const standIn = await startStandIn({ respond: () => textReply('ok') });
    const environment = await standInEnvironment(standIn.url);
    const repository = await plant('bare');
    const child = spawn(devCli(), ['-p', 'hi', '--output-format', 'json'], {
      cwd: repository.folder,
      env: environment.env,
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    await once(child, 'close');
    await environment.dispose();
    await standIn.close({ lenient: true });
    const triggered = await repository.triggered();
    console.log(
      `    CLI without the server: ${triggered.length} traps triggered, ${evil.requests.length} requests to the evil URL`,
    );
    for (const name of ['project-SessionStart', 'project-UserPromptSubmit', 'mcp'])
      assert.ok(triggered.includes(name), name);
    assert.ok(evil.requests.some(({ raw }) => raw.includes(CANARY)));
  });

  describe('as the folder of the server', () => {
    let repository: HostileRepository;
    let headless: Headless;
    let userSettings: string;
    let settingsBefore: string;
    let evilBefore: number;

    async function hash(): Promise<string> {
      return createHash('sha256')
        .update(await readFile(userSettings))
        .digest('hex');
    }

    before(async () => {
      repository = await plant('served');
      const config = join(root, 'config');
      await mkdir(config);
      userSettings = join(config, 'settings.json');
      await writeFile(
        userSettings,
        JSON.stringify({ includeCoAuthoredBy: true, cleanupPeriodDays: 30 }, null, 2),
      );
      settingsBefore = await hash();
      evilBefore = evil.requests.length + evil.sideCalls.length + evil.unexpected.length;
      headless = await startHeadless({
        args: ['--workspace', repository.folder],
        env: { CLAUDE_CONFIG_DIR: config },
      });
    });
    after(() => headless.stop());

    async function chat(body: object): Promise<Line[]> {
      const stream = await openChat(headless.url, body);
      assert.equal(stream.status, 200);
      return stream.rest();
    }

    it('changes no answer, whatever the prompt or options', async () => {
      const questions = [
        'hi',
        '/trap',
        '@CLAUDE.md',
        'Use the trap skill.',
        `@"${repository.folder}/notes.md"`,
        '!ls',
      ];
      const messages: object[] = [];
      for (const content of questions) {
        headless.standIn.reply(textReply('ok'));
        messages.push({ role: 'user', content });
        assert.equal(textOf(await chat({ model: 'claude-sonnet', messages })), 'ok');
        messages.push({ role: 'assistant', content: 'ok' });
      }
      for (const more of [{ think: true }, { think: 'high' }, { options: { num_predict: 50 } }]) {
        headless.standIn.reply(textReply('ok'));
        assert.equal((await chat(chatOf('hi', more))).at(-1)?.done, true);
      }
    });

    it('gets no access to tool calls of the client', async () => {
      headless.standIn.reply(toolReply({ id: 'toolu_1', name: 'Bash', input: { command: 'true' } }));
      const messages: object[] = [{ role: 'user', content: 'run it' }];
      const lines = await chat({ model: 'claude-sonnet', messages, tools: [BASH_TOOL] });
      const calls = lines.flatMap((line) => line.message?.tool_calls ?? []);
      assert.deepEqual(
        calls.map((call) => call.function.name),
        ['Bash'],
      );
      headless.standIn.reply(textReply('done'));
      messages.push(
        { role: 'assistant', content: '', tool_calls: calls },
        { role: 'tool', content: 'ran', tool_call_id: calls[0]?.id },
      );
      assert.equal(textOf(await chat({ model: 'claude-sonnet', messages, tools: [BASH_TOOL] })), 'done');
    });

    it('gets no access to cancelled requests', async () => {
      headless.standIn.reply(textReply(['begun', createLatch().opened, 'never']));
      const stream = await openChat(headless.url, chatOf('leave'));
      await firstText(stream);
      stream.disconnect();
      await headless.logged(/ 499 /);
    });

    it('has triggered no trap after all requests', async () => {
      const { requests } = headless.standIn;
      await headless.kill('SIGTERM');
      const triggered = await repository.triggered();
      const leaked = requests.filter(({ raw, headers }) => (raw + JSON.stringify(headers)).includes(CANARY));
      const evilRequests = evil.requests.length + evil.sideCalls.length + evil.unexpected.length - evilBefore;
      console.log(
        `    with the server, ${requests.length} requests: ${triggered.length} traps triggered, ${evilRequests} requests to the evil URL, ${leaked.length} with text of its files`,
      );
      assert.deepEqual(triggered, []);
      assert.equal(evilRequests, 0);
      assert.deepEqual(leaked, []);
      assert.ok(requests.length >= 12);
      assert.equal(await hash(), settingsBefore);
    });
  });
});
