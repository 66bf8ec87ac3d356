/** The workspace lane: the real CLI works in a folder, with a scripted model. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChatMessage, ChatRequest, ToolSpec } from '../../src/core/chat.js';
import type { JsonObject } from '../../src/core/json.js';
import { silentLogger } from '../../src/core/log.js';
import {
  messageReply,
  systemOf,
  textReply,
  toolReply,
  type Block,
  type StandInRequest,
  type ToolUseBlock,
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

const LOOK: ToolSpec = { name: 'look', description: 'Looks.', parameters: { type: 'object' } };
const CLIENTS_READ: ToolSpec = { ...LOOK, name: 'Read' };

describe('the workspace lane', function () {
  this.timeout(120_000);
  let rig: CliRig;
  let started: number;
  let log: string[];
  let decisions: string[];

  async function start(options: Parameters<typeof startCliRig>[0] = {}): Promise<void> {
    started = 0;
    log = [];
    decisions = [];
    const debug = (line: string): void => {
      if (line.endsWith(' started')) started++;
    };
    const info = (line: string): void => void log.push(line);
    rig = await startCliRig({ workspace: {}, log: { ...silentLogger, debug, info }, ...options });
  }
  afterEach(() => rig.close());

  function ask(messages: readonly ChatMessage[], more: Partial<ChatRequest> = {}): Promise<Answer> {
    const listener = {
      requestSent: () => undefined,
      retrying: () => undefined,
      answering: () => undefined,
      permissionDecided: (line: string) => void decisions.push(line),
    };
    return answerOf(rig.backend.chat(request(messages, { lane: 'workspace', ...more }), never(), listener));
  }

  function file(name: string): string {
    return join(rig.environment.workspace, name);
  }

  function call(name: string, input: JsonObject, id = `toolu_${name}`): ToolUseBlock {
    return { type: 'tool_use', id, name, input };
  }

  it('is refused without workspace options', async () => {
    await start();
    const without = await startCliRig();
    await assert.rejects(
      answerOf(without.backend.chat(request([user('hi')], { lane: 'workspace' }), never())),
      (error: unknown) => error instanceof Error && 'kind' in error && error.kind === 'unknownModel',
    );
    await without.close();
  });

  it('uses Claude Code’s system prompt followed by the client’s, CLAUDE.md and the built-in tools', async () => {
    await start();
    await writeFile(file('CLAUDE.md'), 'Tabs, never spaces.\n');
    rig.standIn.reply(textReply('ok'));
    await ask([user('hi')], { system: 'Answer in French.' });
    const [received] = rig.standIn.requests;
    assert.match(systemOf(received!.body), /Claude.+Answer in French\.$/s);
    assert.ok(systemOf(received!.body).length > 2000);
    assert.match(received!.raw, /Tabs, never spaces\./);
    assert.deepEqual(toolsOf(received), ['Glob', 'Grep', 'Read']);
  });

  it('does not change the chat lane of the same backend', async () => {
    await start();
    await writeFile(file('CLAUDE.md'), 'Tabs, never spaces.\n');
    rig.standIn.reply(textReply('ok'));
    await answerOf(rig.backend.chat(request([user('hi')], { system: 'Answer in French.' }), never()));
    const [received] = rig.standIn.requests;
    assert.ok(!received!.raw.includes('Tabs'));
    assert.deepEqual(toolsOf(received), []);
  });

  it('runs built-in tools, reports them as thinking and counts the tokens of every round', async () => {
    await start();
    await writeFile(file('notes.txt'), 'the answer is 42\n');
    const usage = {
      input_tokens: 2,
      cache_creation_input_tokens: 3,
      cache_read_input_tokens: 7,
      output_tokens: 34,
    };
    rig.standIn.reply(
      messageReply(
        [
          { type: 'text', text: 'Let me look.' },
          call('Read', { file_path: file('notes.txt') }),
          call('Grep', { pattern: 'answer' }),
        ],
        { usage },
      ),
      messageReply([call('Read', { file_path: file('missing.txt') }, 'toolu_3')], { usage }),
      textReply('It is 42.', { usage }),
    );
    const answer = await ask([user('What is it?')], { thinking: { show: true } });
    assert.equal(answer.text, 'Let me look.\n\nIt is 42.');
    // The calls of one message finish in any order.
    const lines = answer.thinking.split('\n');
    assert.deepEqual(lines.slice(0, 2).sort(), ['Read notes.txt', 'Searched for `answer`']);
    assert.deepEqual(lines.slice(2), ['Could not read missing.txt', '']);
    assert.deepEqual(answer.done.usage, {
      promptTokens: 36,
      cachedTokens: 21,
      cacheWriteTokens: 9,
      outputTokens: 102,
    });
    assert.match(JSON.stringify(resultsOf(rig.standIn.requests[1])), /the answer is 42/);
    assert.ok(!answer.events.some((event) => event.type === 'toolCall'));
  });

  it('reads long tool results that the CLI has stored outside the folder', async () => {
    await start();
    await writeFile(file('notes.txt'), 'a needle in a haystack\n'.repeat(5000));
    const search = { pattern: 'needle', output_mode: 'content', head_limit: 0 };
    rig.standIn.reply(toolReply(call('Grep', search)), textReply('Found.'));
    await ask([user('Search')]);
    const toolResult = JSON.stringify(resultsOf(rig.standIn.requests[1]));
    const file_path = /saved to: ([^\s"\\]+)/.exec(toolResult)?.[1] ?? '';
    rig.standIn.reply(toolReply(call('Read', { file_path, limit: 1 })), textReply('Done.'));
    await ask([user('Search'), assistant('Found.'), user('Read on')]);
    assert.match(JSON.stringify(resultsOf(rig.standIn.requests[3])), /a needle in a haystack/);
  });

  it('does not think if the request switches thinking off', async () => {
    await start();
    rig.standIn.reply(textReply('a'), textReply('b'));
    await ask([user('q1')], { thinking: { mode: 'off', show: false } });
    await ask([user('q2')]);
    assert.deepEqual(
      rig.standIn.requests.map(({ body }) => body['thinking'] !== undefined),
      [false, true],
    );
  });

  it('does not report its tools if the request wants no thinking', async () => {
    await start();
    rig.standIn.reply(toolReply(call('Glob', { pattern: '*' })), textReply('Nothing is there.'));
    const { text, thinking } = await ask([user('What is there?')]);
    assert.deepEqual([text, thinking], ['Nothing is there.', '']);
  });

  it('continues a conversation in the process that has its history', async () => {
    await start();
    await writeFile(file('notes.txt'), 'the answer is 42\n');
    rig.standIn.reply(
      messageReply([{ type: 'text', text: 'Looking.' }, call('Read', { file_path: file('notes.txt') })]),
      textReply('It is 42.'),
      textReply('Yes.'),
    );
    const { text } = await ask([user('What is it?')]);
    await ask([user('What is it?'), assistant(text), user('Really?')]);
    assert.equal(started, 1);
    assert.match(rig.standIn.requests[2]!.raw, /the answer is 42/);
  });

  it('applies the tool choice, thinking and effort of each turn of a conversation', async () => {
    await start();
    const turns: ChatMessage[] = [user('U1'), assistant('A1'), user('U2'), assistant('A2'), user('U3')];
    const asked: readonly Partial<ChatRequest>[] = [
      {},
      { toolChoice: { required: true, name: 'look', single: false } },
      {
        toolChoice: { required: false, single: true },
        thinking: { mode: 'off', show: false, effort: 'low' },
      },
      { thinking: { show: false, effort: 'high' } },
    ];
    const seen: unknown[] = [];
    for (const [index, more] of asked.entries()) {
      rig.standIn.reply(textReply(`A${index + 1}`));
      await ask(turns.slice(0, Math.min(index, 2) * 2 + 1), { tools: [LOOK], ...more });
      const { body } = rig.standIn.requests.at(-1)!;
      const [choice] = /You must .+look.+$|Call at most one tool.+$/m.exec(systemOf(body)) ?? [''];
      const { effort } = (body['output_config'] ?? {}) as JsonObject;
      seen.push([choice, body['thinking'] !== undefined, effort]);
    }
    const usual = (seen[0] as unknown[])[2];
    assert.deepEqual(seen, [
      ['', true, usual],
      ['You must answer by calling the tool "look". Write no other answer.', true, usual],
      ['Call at most one tool of the client in each message.', false, 'low'],
      ['', true, 'high'],
    ]);
  });

  it('continues a process when only thinking and effort differ', async () => {
    await start();
    rig.standIn.reply(textReply('A1'), textReply('A2'), textReply('A3'));
    await ask([user('U1')], { thinking: { mode: 'off', show: false, effort: 'low' } });
    await ask([user('U1'), assistant('A1'), user('U2')], { thinking: { show: false, effort: 'high' } });
    await ask([user('U1'), assistant('A1'), user('U2'), assistant('A2'), user('U3')]);
    assert.equal(started, 1);
    const efforts = rig.standIn.requests.map(({ body }) => (body['output_config'] as JsonObject)['effort']);
    assert.deepEqual(efforts.slice(0, 2), ['low', 'high']);
    const thinking = rig.standIn.requests.map(({ body }) => body['thinking'] !== undefined);
    assert.deepEqual(thinking, [false, true, true]);
  });

  it('starts a new process if the history differs, and never continues in the other lane', async () => {
    await start();
    rig.standIn.reply(textReply('A1'), textReply('A2'), textReply('A3'));
    await ask([user('U1')]);
    await ask([user('U1'), assistant('other'), user('U2')]);
    assert.equal(started, 2);
    assert.match(rig.standIn.requests[1]!.raw, /other/);
    const chat = request([user('U1'), assistant('A1'), user('U2')]);
    await answerOf(rig.backend.chat(chat, never()));
    assert.equal(started, 3);
  });

  it('returns calls of the client’s tools and runs its own, even with the same name and in one message', async () => {
    await start();
    await writeFile(file('notes.txt'), 'the answer is 42\n');
    const tools = [LOOK, CLIENTS_READ];
    rig.standIn.reply(
      messageReply([
        call('Read', { file_path: file('notes.txt') }),
        call('mcp__client__Read', { what: 'theirs' }),
        call('mcp__client__look', {}),
      ]),
      textReply('done'),
    );
    const { events, done } = await ask([user('go')], { tools });
    assert.equal(done.reason, 'toolCalls');
    const calls = events.flatMap((event) => (event.type === 'toolCall' ? [event.call] : []));
    assert.deepEqual(
      calls.map(({ name, arguments: input }) => [name, input]),
      [
        ['Read', { what: 'theirs' }],
        ['look', {}],
      ],
    );
    const results: ChatMessage = {
      role: 'user',
      content: calls.map(({ id, name }) => ({
        type: 'toolResult',
        callId: id,
        content: [{ type: 'text', text: `result of ${name}` }],
        isError: false,
      })),
    };
    const assistantTurn: ChatMessage = {
      role: 'assistant',
      content: calls.map((each) => ({ type: 'toolCall', call: each })),
    };
    assert.equal((await ask([user('go'), assistantTurn, results], { tools })).text, 'done');
    assert.equal(started, 1);
    assert.deepEqual(toolsOf(rig.standIn.requests[0]), [
      'Glob',
      'Grep',
      'Read',
      'mcp__client__Read',
      'mcp__client__look',
    ]);
    const toolResults = JSON.stringify(resultsOf(rig.standIn.requests[1]));
    assert.match(toolResults, /the answer is 42.*result of Read.*result of look/s);
  });

  it('replays the client’s calls and results to a new process, under the same names', async () => {
    await start();
    rig.standIn.reply(textReply('done'));
    const assistantTurn: ChatMessage = {
      role: 'assistant',
      content: [{ type: 'toolCall', call: { id: 'x', name: 'Read', arguments: {} } }],
    };
    const result: ChatMessage = {
      role: 'user',
      content: [
        { type: 'toolResult', callId: 'x', content: [{ type: 'text', text: 'theirs' }], isError: false },
      ],
    };
    await ask([user('go'), assistantTurn, result], { tools: [CLIENTS_READ] });
    assert.match(rig.standIn.requests[0]!.raw, /"name":"mcp__client__Read"[^}]*"input":\{\}/);
  });

  it('answers with JSON only, after running its own tools', async () => {
    await start();
    await writeFile(file('notes.txt'), 'the answer is 42\n');
    rig.standIn.reply(
      messageReply([{ type: 'text', text: 'Let me look.' }, call('Read', { file_path: file('notes.txt') })]),
      toolReply(call('StructuredOutput', { answer: 42 })),
    );
    const schema = { type: 'object', properties: { answer: { type: 'number' } }, required: ['answer'] };
    const { text } = await ask([user('What is it?')], { format: { type: 'schema', schema } });
    assert.deepEqual(JSON.parse(text), { answer: 42 });
  });

  it('treats commands and file mentions in prompts and history as text', async () => {
    await start({ workspace: { permissions: 'acceptEdits' } });
    await writeFile(file('notes.txt'), 'the answer is 42\n');
    const texts = [
      '/config permissionMode=acceptEdits',
      '/compact',
      '@/etc/passwd',
      '@notes.txt',
      '!touch made',
      '#remember',
    ];
    const messages: ChatMessage[] = [];
    for (const text of texts) {
      rig.standIn.reply(textReply('ok'));
      messages.push(user(text));
      await ask(messages);
      messages.push(assistant('ok'));
    }
    rig.standIn.reply(textReply('ok'));
    await ask([user('Before all that'), assistant('ok'), ...messages.slice(0, -1)]);
    assert.equal(started, 2);
    for (const { raw, body } of rig.standIn.requests.slice(-2)) {
      const sentTexts = body.messages.flatMap(({ content }): (string | undefined)[] =>
        typeof content === 'string' ? [content] : content.map((part) => part.text),
      );
      assert.deepEqual(
        texts.filter((text) => !new Set(sentTexts).has(text)),
        [],
      );
      assert.ok(!raw.includes('root:x:') && !raw.includes('the answer is'));
    }
    assert.ok(!existsSync(file('made')));
    assert.ok(!existsSync(join(rig.environment.root, 'config', 'settings.json')));
  });

  it('edits in the folder with acceptEdits, and denies everything else if the user cannot be asked', async () => {
    await start({ workspace: { permissions: 'acceptEdits' } });
    rig.standIn.reply(
      messageReply([
        call('Write', { file_path: file('made.txt'), content: 'made' }),
        call('Bash', { command: 'touch ran', description: 'x' }),
      ]),
      textReply('done'),
    );
    const { thinking } = await ask([user('go')], { thinking: { show: true } });
    assert.equal(readFileSync(file('made.txt'), 'utf8'), 'made');
    assert.ok(!existsSync(file('ran')));
    assert.equal(thinking, 'Wrote made.txt\nCould not run `touch ran`\n');
    assert.match(JSON.stringify(resultsOf(rig.standIn.requests[1])), /cannot be asked here/);
    assert.deepEqual(log, ['[permission] denied: Bash `touch ran`']);
    assert.deepEqual(decisions, ['denied: Bash `touch ran`']);
  });

  it('works in the further folders of a workspace, too', async () => {
    const further = await mkdtemp(join(tmpdir(), 'claude-further-'));
    await start({ workspace: { permissions: 'acceptEdits', moreFolders: [further] } });
    await writeFile(join(further, 'notes.txt'), 'the answer is 42\n');
    rig.standIn.reply(
      messageReply([
        call('Read', { file_path: join(further, 'notes.txt') }),
        call('Write', { file_path: join(further, 'made.txt'), content: 'made' }),
      ]),
      textReply('done'),
    );
    await ask([user('go')]);
    assert.match(JSON.stringify(resultsOf(rig.standIn.requests[1])), /the answer is 42/);
    assert.equal(readFileSync(join(further, 'made.txt'), 'utf8'), 'made');
    await rm(further, { recursive: true });
  });

  describe('with an editor context', () => {
    const contexts: string[] = [];
    const editorContext = (): Promise<string> => {
      contexts.push(`Open: file${contexts.length + 1}.ts`);
      return Promise.resolve(contexts.at(-1) ?? '');
    };
    beforeEach(() => {
      contexts.length = 0;
      return start({ workspace: { editorContext } });
    });

    it('sends the current context before the user’s text, outside of the compared history', async () => {
      rig.standIn.reply(textReply('A1'), textReply('A2'), textReply('A3'));
      await ask([user('U1')]);
      await ask([user('U1'), assistant('A1'), user('U2')]);
      assert.equal(started, 1);
      assert.match(rig.standIn.requests[1]!.raw, /Open: file1\.ts.*U1.*A1.*Open: file2\.ts.*U2/s);
      // A conversation in a new process gets only the current context.
      await ask([user('U1'), assistant('edited'), user('U2')]);
      const fresh = rig.standIn.requests[2]!.raw;
      assert.match(fresh, /U1.*edited.*Open: file3\.ts.*U2/s);
      assert.ok(!/file[12]\.ts/.test(fresh));
    });

    it('sends no context with tool results, nor in the chat lane', async () => {
      rig.standIn.reply(toolReply(call('mcp__client__look', {})), textReply('done'), textReply('ok'));
      const { events } = await ask([user('go')], { tools: [LOOK] });
      const [toolCall] = events.flatMap((event) => (event.type === 'toolCall' ? [event.call] : []));
      const results: ChatMessage[] = [
        user('go'),
        { role: 'assistant', content: [{ type: 'toolCall', call: toolCall! }] },
        {
          role: 'user',
          content: [
            {
              type: 'toolResult',
              callId: toolCall!.id,
              content: [{ type: 'text', text: 'seen' }],
              isError: false,
            },
          ],
        },
      ];
      await ask(results, { tools: [LOOK] });
      await answerOf(rig.backend.chat(request([user('hi')]), never()));
      assert.deepEqual(contexts, ['Open: file1.ts']);
    });
  });

  describe('with an answer whose connection breaks', () => {
    const CALL: Block = { ...call('Read', { file_path: 'notes.txt' }) };

    /**
     * The model reads a file. Its next message breaks when the blocks `complete` and the text "Hello wor" have arrived, and
     * the next attempt answers `retried`.
     */
    async function answered(retried: string, complete: readonly Block[] = []): Promise<Answer> {
      await start({ env: { CLAUDE_CODE_MAX_RETRIES: '1' } });
      await writeFile(file('notes.txt'), 'notes');
      const arrived = createLatch();
      let awaited = complete.length + 2;
      rig.standIn.reply(
        messageReply([{ type: 'text', text: 'I will read it.' }, CALL]),
        { kind: 'disconnect', content: [...complete, { type: 'text', text: ['Hello wor', arrived.opened] }] },
        textReply(retried),
      );
      const listener = {
        requestSent: () => undefined,
        retrying: () => undefined,
        permissionDecided: () => undefined,
        answering: (content: string) => {
          if (content === 'answer' && --awaited === 0) arrived.open();
        },
      };
      const hi = request([user('hi')], { lane: 'workspace', buffered: true });
      return answerOf(rig.backend.chat(hi, never(), listener));
    }

    it('gives a client that gets it as a whole only the text of the last attempt', async () => {
      const { text, done } = await answered('Howdy');
      assert.deepEqual([text, done.reason], ['I will read it.\n\nHowdy', 'stop']);
    });

    it('keeps the complete blocks after which the CLI lets the model go on', async () => {
      const { text } = await answered('And Howdy', [{ type: 'text', text: 'First. ' }]);
      assert.equal(text, 'I will read it.\n\nFirst. And Howdy');
    });
  });
});

function toolsOf(received: StandInRequest | undefined): string[] {
  return (received?.body.tools ?? []).map(({ name }) => name).sort();
}

function resultsOf(received: StandInRequest | undefined): readonly object[] {
  const content = received?.body.messages.findLast(({ role }) => role === 'user')?.content ?? [];
  return typeof content === 'string' ? [] : content.filter(({ type }) => type === 'tool_result');
}
