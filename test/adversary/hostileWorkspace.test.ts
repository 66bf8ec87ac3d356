/** A hostile repository is the folder that is open. The real CLI works in it, and nothing of it has any effect. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chatOf, firstText, openChat, textOf, type Line } from '../support/httpClient.js';
import { gate } from '../support/gate.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { devCli } from '../standin/devCli.js';
import { standInEnvironment } from '../standin/environment.js';
import { startStandIn, textReply, toolReply, type StandIn } from '../standin/server.js';
import { plantRepository, type HostileRepository } from '../support/hostileRepository.js';

const CANARY = 'canary-of-the-repository-7c1d';
const LOOK = {
  type: 'function',
  function: { name: 'Bash', description: 'Runs it.', parameters: { type: 'object', properties: {} } },
};

describe('a hostile repository', function () {
  this.timeout(120_000);
  let root: string;
  /** Where the repository sends requests. */
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

  it('is one: the CLI by itself runs its hooks and servers and asks at its address', async () => {
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
    const sprung = await repository.sprung();
    console.log(
      `    of the CLI alone: ${sprung.length} traps sprung, ${evil.requests.length} requests at the evil URL`,
    );
    for (const name of ['project-SessionStart', 'project-UserPromptSubmit', 'mcp'])
      assert.ok(sprung.includes(name), name);
    assert.ok(evil.requests.some(({ raw }) => raw.includes(CANARY)));
  });

  describe('under the server', () => {
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

    it('changes no answer, whatever is asked', async () => {
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

    it('is told of no tool of the client’s', async () => {
      headless.standIn.reply(toolReply({ id: 'toolu_1', name: 'Bash', input: { command: 'true' } }));
      const messages: object[] = [{ role: 'user', content: 'run it' }];
      const lines = await chat({ model: 'claude-sonnet', messages, tools: [LOOK] });
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
      assert.equal(textOf(await chat({ model: 'claude-sonnet', messages, tools: [LOOK] })), 'done');
    });

    it('is not told of clients that leave', async () => {
      headless.standIn.reply(textReply(['begun', gate().closed, 'never']));
      const stream = await openChat(headless.url, chatOf('leave'));
      await firstText(stream);
      stream.leave();
      await headless.logged(/ 499 /);
    });

    it('has had no effect when all is over', async () => {
      const { requests } = headless.standIn;
      await headless.kill('SIGTERM');
      const sprung = await repository.sprung();
      const seen = requests.filter(({ raw, headers }) => (raw + JSON.stringify(headers)).includes(CANARY));
      const evilRequests = evil.requests.length + evil.sideCalls.length + evil.unexpected.length - evilBefore;
      console.log(
        `    under the server, ${requests.length} requests: ${sprung.length} traps sprung, ${evilRequests} requests at the evil URL, ${seen.length} with bytes of its files`,
      );
      assert.deepEqual(sprung, []);
      assert.equal(evilRequests, 0);
      assert.deepEqual(seen, []);
      assert.ok(requests.length >= 12);
      assert.equal(await hash(), settingsBefore);
    });
  });
});
