import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChatMessage, ChatRequest } from '../../src/core/chat.js';
import { silentLogger } from '../../src/core/log.js';
import type { BackendLimits } from '../../src/core/cliBackend.js';
import {
  errorReply,
  messageReply,
  textReply,
  toolReply,
  type ApiMessage,
  type StandInRequest,
} from '../standin/server.js';
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
import { createLatch } from '../support/latch.js';
import { isAlive } from '../support/processes.js';
import { until } from '../support/until.mjs';

const TOOLS = [{ name: 'look', description: '', parameters: { type: 'object' } }] as const;

/** The client's messages in a request to the API, as text. */
function said(seen: StandInRequest): string[] {
  return seen.body.messages
    .filter((message) => message.role !== 'system')
    .map(
      ({ role, content }: ApiMessage) =>
        `${role}: ${typeof content === 'string' ? content : JSON.stringify(content)}`,
    )
    .map((line) => line.replace(/,"cache_control":\{[^}]*\}/g, ''));
}

/** A rig, and the ids of the processes that it has started, in order. */
async function countedRig(limits: Partial<BackendLimits>): Promise<{ rig: CliRig; started: number[] }> {
  const started: number[] = [];
  const debug = (line: string): void => {
    const pid = /pid=(\d+) started$/.exec(line)?.[1];
    if (pid !== undefined) started.push(Number(pid));
  };
  return { rig: await startCliRig({ limits, log: { ...silentLogger, debug } }), started };
}

describe('the pool', function () {
  this.timeout(120_000);
  let rig: CliRig;
  let started: number[];

  async function start(limits: Partial<BackendLimits>): Promise<void> {
    ({ rig, started } = await countedRig(limits));
  }
  afterEach(async () => {
    await rig.close({ lenient: true });
  });

  function ask(asked: ChatRequest, signal = never()): Promise<Answer> {
    return answerOf(rig.backend.chat(asked, signal));
  }

  describe('without prewarming', () => {
    beforeEach(() => start({ prewarm: 'never' }));

    it('continues a conversation in its process and sends exactly its history', async () => {
      rig.standIn.reply(textReply('A1\n'), textReply('A2'), textReply('A3'));
      const messages: ChatMessage[] = [user('U1')];
      for (const question of ['U2', 'U3', '']) {
        const { text } = await ask(request(messages, { system: 'S' }));
        messages.push(assistant(text), user(question));
      }
      assert.equal(started.length, 1);
      assert.deepEqual(said(rig.standIn.requests[2]!), [
        'user: U1',
        'assistant: [{"type":"text","text":"A1\\n"}]',
        'user: U2',
        'assistant: [{"type":"text","text":"A2"}]',
        'user: [{"type":"text","text":"U3"}]',
      ]);
    });

    it('sends the parts of a message apart, and continues if the client joins them later', async () => {
      rig.standIn.reply(textReply('A1'), textReply('A2'));
      const parts: ChatMessage = {
        role: 'user',
        content: [
          { type: 'text', text: 'one' },
          { type: 'text', text: 'two' },
        ],
      };
      await ask(request([parts]));
      await ask(request([user('onetwo'), assistant('A1'), user('U2')]));
      assert.equal(started.length, 1);
      assert.match(said(rig.standIn.requests[1]!)[0]!, /"text":"one".*"text":"two"/);
    });

    it('sends tool results to the process that made the calls, whatever ids the client uses', async () => {
      rig.standIn.reply(
        messageReply([
          { type: 'text', text: 'Looking.' },
          { type: 'tool_use', id: 'toolu_a', name: 'look', input: { b: 1, a: 2 } },
          { type: 'tool_use', id: 'toolu_b', name: 'look', input: {} },
        ]),
        textReply('done'),
      );
      await ask(request([user('U1')], { tools: TOOLS }));
      const call = (id: string, args: object): object => ({
        type: 'toolCall',
        call: { id, name: 'look', arguments: args },
      });
      const followUp = [
        user('U1'),
        {
          role: 'assistant',
          content: [{ type: 'text', text: 'Looking.' }, call('x', { a: 2, b: 1 }), call('y', {})],
        },
        {
          role: 'user',
          content: [
            { type: 'toolResult', callId: 'y', content: [{ type: 'text', text: 'second' }], isError: false },
            { type: 'toolResult', callId: 'x', content: [{ type: 'text', text: 'first' }], isError: false },
          ],
        },
      ] as ChatMessage[];
      assert.equal((await ask(request(followUp, { tools: TOOLS }))).text, 'done');
      assert.equal(started.length, 1);
      const results = said(rig.standIn.requests[1]!).at(-1) ?? '';
      assert.match(results, /"tool_use_id":"toolu_a"[^}]*first.*"tool_use_id":"toolu_b"[^}]*second/s);
    });

    it('never lets equal requests share a process', async () => {
      rig.standIn.reply(textReply('A1'), textReply('A2'), textReply('A2'));
      await ask(request([user('U1')]));
      const next = request([user('U1'), assistant('A1'), user('U2')]);
      await Promise.all([ask(next), ask(next)]);
      assert.equal(started.length, 2);
      for (const seen of rig.standIn.requests.slice(1)) assert.equal(said(seen).length, 3);
    });

    it('does not continue in a process whose turn failed', async () => {
      rig.standIn.reply(textReply('A1'), errorReply(400, 'no'));
      await ask(request([user('U1')]));
      const next = request([user('U1'), assistant('A1'), user('U2')]);
      await assert.rejects(ask(next), { kind: 'badRequest' });
      rig.standIn.reply(textReply('A2'));
      await ask(next);
      assert.equal(started.length, 2);
      assert.equal(said(rig.standIn.requests.at(-1)!).length, 3);
    });

    it('does not continue in a process whose turn was cancelled', async () => {
      rig.standIn.reply(textReply(['A1', new Promise(() => undefined)]));
      for await (const _event of rig.backend.chat(request([user('U1')]), never())) break;
      rig.standIn.reply(textReply('A2'));
      await ask(request([user('U1'), assistant('A1'), user('U2')]));
      assert.equal(started.length, 2);
      assert.equal(said(rig.standIn.requests.at(-1)!).length, 3);
    });

    it('changes the effort within a process', async () => {
      rig.standIn.reply(textReply('A1'), textReply('A2'));
      await ask(request([user('U1')], { thinking: { show: false, effort: 'low' } }));
      await ask(
        request([user('U1'), assistant('A1'), user('U2')], { thinking: { show: false, effort: 'high' } }),
      );
      assert.equal(started.length, 1);
      assert.deepEqual(rig.standIn.requests[1]?.body['output_config'], { effort: 'high' });
    });

    it('runs eight rounds of tool calls in one process', async () => {
      const rounds = 8;
      const messages: ChatMessage[] = [user('U1')];
      for (let round = 0; round <= rounds; round++) {
        const id = `toolu_${round}`;
        rig.standIn.reply(
          round < rounds ? toolReply({ id, name: 'look', input: { round } }) : textReply('done'),
        );
        const { text, events } = await ask(request(messages, { tools: TOOLS }));
        const [call] = events.flatMap((event) => (event.type === 'toolCall' ? [event.call] : []));
        if (call === undefined) {
          assert.equal(text, 'done');
          break;
        }
        messages.push(
          { role: 'assistant', content: [{ type: 'toolCall', call }] },
          {
            role: 'user',
            content: [
              {
                type: 'toolResult',
                callId: id,
                content: [{ type: 'text', text: `result ${round}` }],
                isError: false,
              },
            ],
          },
        );
      }
      assert.equal(started.length, 1);
      const last = said(rig.standIn.requests.at(-1)!);
      assert.equal(last.length, 1 + 2 * rounds);
      for (let round = 0; round < rounds; round++) {
        assert.ok(last[1 + 2 * round]?.includes(`"input":{"round":${round}}`));
        assert.ok(last[2 + 2 * round]?.includes(`result ${round}`));
      }
    });

    it('starts a new process if the CLI has rewritten a call in its own history', async () => {
      const edit = {
        name: 'Bash',
        description: '',
        parameters: { type: 'object', properties: { timeout: { type: 'number' } } },
      };
      rig.standIn.reply(
        toolReply({ id: 'toolu_1', name: 'Bash', input: { timeout: '5' } }),
        textReply('done'),
      );
      const first = await ask(request([user('U1')], { tools: [edit] }));
      const [call] = first.events.flatMap((event) => (event.type === 'toolCall' ? [event.call] : []));
      assert.deepEqual(call?.arguments, { timeout: '5' });
      const followUp: ChatMessage[] = [
        user('U1'),
        { role: 'assistant', content: [{ type: 'toolCall', call }] },
        {
          role: 'user',
          content: [
            { type: 'toolResult', callId: call.id, content: [{ type: 'text', text: 'r' }], isError: false },
          ],
        },
      ];
      await ask(request(followUp, { tools: [edit] }));
      assert.equal(started.length, 2);
      assert.ok(said(rig.standIn.requests[1]!)[1]?.includes('"input":{"timeout":"5"}'));
    });

    it('does not continue a conversation with a call of an unknown tool', async () => {
      rig.standIn.reply(toolReply({ id: 'toolu_1', name: 'nope', input: {} }), textReply('A1'));
      const question = request([user('U1')], { tools: TOOLS });
      await assert.rejects(ask(question), { kind: 'cliFailed' });
      assert.equal((await ask(question)).text, 'A1');
      assert.deepEqual(said(rig.standIn.requests[1]!), said(rig.standIn.requests[0]!));
    });
  });

  it('gives up all processes when the user has signed in to another account', async () => {
    await start({ prewarm: 'never' });
    const signIn = (account: string): Promise<void> =>
      writeFile(
        join(rig.environment.root, 'config/.claude.json'),
        JSON.stringify({ oauthAccount: { accountUuid: account } }),
      );
    await signIn('first');
    rig.standIn.reply(textReply('A1'));
    await ask(request([user('U1')]));
    // The CLI writes this file too, and may put back the account that it has read before.
    for (let attempts = 0; started.length === 1 && attempts < 5; attempts += 1) {
      await signIn('another');
      rig.standIn.reply(textReply('A2'));
      await ask(request([user('U1'), assistant('A1'), user('U2')]));
    }
    assert.equal(started.length, 2);
    await until('the first process has ended', () => !isAlive(started[0]!));
  });

  it('never exceeds the process limit, and answers all requests', async () => {
    await start({ processes: 2, prewarm: 'always', queue: 100 });
    const texts = Array.from({ length: 8 }, (_, i) => `answer ${i}`);
    rig.standIn.reply(...texts.map((text) => textReply(text)));
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, rig.backend.activity().processes)), 5);
    const answers = await Promise.all(
      texts.map((_, i) => ask(request([user(`question ${i}`)], { client: String(i % 3) }))),
    );
    clearInterval(watch);
    assert.deepEqual(answers.map((answer) => answer.text).sort(), [...texts].sort());
    assert.ok(most <= 2, `${most} processes`);
  });

  it('rejects requests when the queue is full, and removes cancelled requests from it', async () => {
    await start({ processes: 1, prewarm: 'never', queue: 1 });
    let release = (): void => undefined;
    rig.standIn.reply(textReply(['A', new Promise<void>((resolve) => (release = resolve))]), textReply('B'));
    const first = ask(request([user('1')]));
    await rig.standIn.nextRequest();
    const leaver = new AbortController();
    const left = ask(request([user('2')]), leaver.signal);
    await assert.rejects(ask(request([user('3')])), { kind: 'busy', retryAfterSeconds: 5 });
    leaver.abort();
    await assert.rejects(left, { kind: 'cancelled' });
    const second = ask(request([user('4')]));
    release();
    await first;
    assert.equal((await second).text, 'B');
    assert.equal(rig.standIn.requests.length, 2);
  });

  it('answers the first request with a warm process and prewarms another one', async () => {
    await start({ prewarm: 'whileInUse' });
    await rig.backend.models();
    assert.equal(started.length, 1);
    rig.standIn.reply(textReply('A'), textReply('B'));
    await ask(request([user('U')], { system: 'S' }));
    await until('another process is ready', () => rig.backend.activity().processes === 2);
    // A conversation of another kind gets it, too.
    const { text } = await ask(request([user('V')], { system: 'T', tools: TOOLS }));
    assert.equal(text, 'B');
    const [, second] = rig.standIn.requests;
    assert.deepEqual(said(second!), ['user: V']);
    assert.ok(JSON.stringify(second?.body.system).includes('"T"'));
    assert.deepEqual(
      second?.body.tools?.map((tool) => tool.name),
      ['look'],
    );
  });

  it('gives each of two simultaneous requests a warm process', async () => {
    await start({ prewarm: 'whileInUse' });
    rig.standIn.reply(textReply('A'), textReply('B'), textReply('C'));
    await ask(request([user('U')]));
    await until('another process is ready', () => rig.backend.activity().processes === 2);
    await Promise.all([ask(request([user('title')])), ask(request([user('chat')], { system: 'S' }))]);
    // The first conversation was given up for one of them. A third process may be started ahead meanwhile.
    const sessions = rig.standIn.requests.map(({ headers }) => headers['x-claude-code-session-id']);
    assert.equal(new Set(sessions).size, 2);
  });

  it('ends warm processes and idle conversations some time after the last request', async () => {
    await start({ prewarm: 'whileInUse', useMs: 12_000, pauseMs: 14_000, idleMs: 10_000 });
    rig.standIn.reply(textReply('A'));
    await ask(request([user('U')]));
    await until('another process is ready', () => rig.backend.activity().processes === 2, {
      timeoutMs: 60_000,
    });
    await until('all processes have exited', () => rig.backend.activity().processes === 0, {
      timeoutMs: 60_000,
    });
  });

  it('keeps two processes ready during a pause', async () => {
    await start({ prewarm: 'whileInUse', useMs: 6000, pauseMs: 3_600_000, idleMs: 1000 });
    const answers = ['A', 'B', 'C'];
    const opened = createLatch();
    rig.standIn.reply(...answers.map((text) => textReply([text, opened.opened])));
    const asked = answers.map((text) => ask(request([user(text)])));
    await until('three requests are at the API', () => rig.standIn.requests.length === 3, {
      timeoutMs: 30_000,
    });
    opened.open();
    await Promise.all(asked);
    await until('two processes are left', () => rig.backend.activity().processes === 2, {
      timeoutMs: 60_000,
    });
    rig.standIn.reply(textReply('D'));
    await ask(request([user('after the pause')]));
    assert.ok(started.length <= 4, `${started.length} processes were started`);
  });

  it('answers although the warm process has died, and replaces it', async () => {
    await start({ prewarm: 'always' });
    rig.standIn.reply(textReply('A'), textReply('B'));
    await ask(request([user('U')], { system: 'S' }));
    await until('another process is ready', () => started.length === 2);
    process.kill(started[1]!, 'SIGKILL');
    await until('its exit is noticed', () => rig.backend.activity().processes === 1);
    const { text } = await ask(request([user('V')], { system: 'S' }));
    assert.equal(text, 'B');
    await until('another process is ready again', () => started.filter(isAlive).length === 2);
  });
});

describe('a request that continues no conversation', function () {
  this.timeout(120_000);
  let rig: CliRig;
  let started: number[];

  function ask(asked: ChatRequest): Promise<Answer> {
    return answerOf(rig.backend.chat(asked, never()));
  }

  before(async () => {
    // The limit is high enough that the one conversation that the requests resemble is never ended.
    ({ rig, started } = await countedRig({ prewarm: 'never', processes: 16 }));
    rig.standIn.reply(textReply('A1'));
    await ask(request([user('U1')]));
  });
  after(async () => {
    // That conversation still exists, and none of the requests has continued it.
    const before = started.length;
    rig.standIn.reply(textReply('A2'));
    await ask(request([user('U1'), assistant('A1'), user('U2')]));
    assert.equal(started.length, before);
    await rig.close({ lenient: true });
  });

  for (const [what, change] of [
    ['another system prompt', { system: 'other' }],
    ['another model', { model: 'haiku' }],
    ['other tools', { tools: TOOLS }],
    ['another schema', { format: { type: 'json' } }],
    ['another thinking option', { thinking: { show: true } }],
  ] as const) {
    it(`starts a new process for ${what}`, async () => {
      const before = started.length;
      rig.standIn.reply(textReply('A2'));
      await ask(request([user('U1'), assistant('A1'), user('U2')], change)).catch(() => undefined);
      assert.equal(started.length, before + 1);
    });
  }

  for (const [what, messages] of [
    ['an edited user message', [user('u1'), assistant('A1'), user('U2')]],
    ['an edited answer', [user('U1'), assistant('A1 '), user('U2')]],
    ['a missing turn', [user('U2')]],
    ['a repeated user message', [user('U1')]],
  ] as const) {
    it(`starts a new process for ${what} and sends the client’s history`, async () => {
      const before = started.length;
      rig.standIn.reply(textReply('A2'));
      await ask(request(messages));
      assert.equal(started.length, before + 1);
      const texts = messages.map((message) =>
        message.content.map((part) => ('text' in part ? part.text : '')).join(''),
      );
      const sent = said(rig.standIn.requests.at(-1)!);
      assert.equal(sent.length, messages.length);
      for (const [i, text] of texts.entries()) assert.ok(sent[i]!.includes(text), `${sent[i]} lacks ${text}`);
    });
  }
});
