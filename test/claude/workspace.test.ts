/** The workspace lane: the real CLI at work in a folder, a scripted model behind it. */
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
    const listener = { asked: () => undefined, decided: (line: string) => void decisions.push(line) };
    return answerOf(rig.backend.chat(request(messages, { lane: 'workspace', ...more }), never(), listener));
  }

  function file(name: string): string {
    return join(rig.environment.workspace, name);
  }

  function call(name: string, input: JsonObject, id = `toolu_${name}`): ToolUseBlock {
    return { type: 'tool_use', id, name, input };
  }

  it('is refused where no folder was given to work in', async () => {
    await start();
    const without = await startCliRig();
    await assert.rejects(
      answerOf(without.backend.chat(request([user('hi')], { lane: 'workspace' }), never())),
      (error: unknown) => error instanceof Error && 'kind' in error && error.kind === 'unknownModel',
    );
    await without.close();
  });

  it('is Claude Code in the folder: its system prompt with the client’s behind it, CLAUDE.md, its tools', async () => {
    await start();
    await writeFile(file('CLAUDE.md'), 'Tabs, never spaces.\n');
    rig.standIn.reply(textReply('ok'));
    await ask([user('hi')], { system: 'Answer in French.' });
    const [seen] = rig.standIn.requests;
    assert.match(systemOf(seen!.body), /Claude.+Answer in French\.$/s);
    assert.ok(systemOf(seen!.body).length > 2000);
    assert.match(seen!.raw, /Tabs, never spaces\./);
    assert.deepEqual(toolsOf(seen), ['Glob', 'Grep', 'Read']);
  });

  it('leaves the chat lane of the same backend what it was', async () => {
    await start();
    await writeFile(file('CLAUDE.md'), 'Tabs, never spaces.\n');
    rig.standIn.reply(textReply('ok'));
    await answerOf(rig.backend.chat(request([user('hi')], { system: 'Answer in French.' }), never()));
    const [seen] = rig.standIn.requests;
    assert.ok(!seen!.raw.includes('Tabs'));
    assert.deepEqual(toolsOf(seen), []);
  });

  it('looks things up itself, says so where thinking is shown, and counts every round', async () => {
    await start();
    await writeFile(file('notes.txt'), 'the answer is 42\n');
    rig.standIn.reply(
      messageReply([
        { type: 'text', text: 'Let me look.' },
        call('Read', { file_path: file('notes.txt') }),
        call('Grep', { pattern: 'answer' }),
      ]),
      messageReply([call('Read', { file_path: file('missing.txt') }, 'toolu_3')]),
      textReply('It is 42.'),
    );
    const answer = await ask([user('What is it?')], { thinking: { show: true } });
    assert.equal(answer.text, 'Let me look.\n\nIt is 42.');
    // Calls of one message end in any order.
    const lines = answer.thinking.split('\n');
    assert.deepEqual(lines.slice(0, 2).sort(), ['Read notes.txt', 'Searched for `answer`']);
    assert.deepEqual(lines.slice(2), ['Could not read missing.txt', '']);
    assert.deepEqual(answer.done.usage, { promptTokens: 36, cachedTokens: 0, outputTokens: 102 });
    assert.match(JSON.stringify(resultsOf(rig.standIn.requests[1])), /the answer is 42/);
    assert.ok(!answer.events.some((event) => event.type === 'toolCall'));
  });

  it('reads what the CLI keeps of its own long results, although that is outside the folder', async () => {
    await start();
    await writeFile(file('notes.txt'), 'a needle in a haystack\n'.repeat(5000));
    const search = { pattern: 'needle', output_mode: 'content', head_limit: 0 };
    rig.standIn.reply(toolReply(call('Grep', search)), textReply('Found.'));
    await ask([user('Search')]);
    const told = JSON.stringify(resultsOf(rig.standIn.requests[1]));
    const file_path = /saved to: ([^\s"\\]+)/.exec(told)?.[1] ?? '';
    rig.standIn.reply(toolReply(call('Read', { file_path, limit: 1 })), textReply('Done.'));
    await ask([user('Search'), assistant('Found.'), user('Read on')]);
    assert.match(JSON.stringify(resultsOf(rig.standIn.requests[3])), /a needle in a haystack/);
  });

  it('says nothing of its tools where thinking is not shown', async () => {
    await start();
    rig.standIn.reply(toolReply(call('Glob', { pattern: '*' })), textReply('Nothing is there.'));
    const { text, thinking } = await ask([user('What is there?')]);
    assert.deepEqual([text, thinking], ['Nothing is there.', '']);
  });

  it('goes on in the process that has seen the work, sending only the new question', async () => {
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

  it('starts anew with what the client has where that differs, and keeps the lanes apart', async () => {
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

  it('gives the client’s tools to the client and runs its own, also of the same name and in one message', async () => {
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
        content: `result of ${name}`,
        isError: false,
      })),
    };
    const made: ChatMessage = {
      role: 'assistant',
      content: calls.map((one) => ({ type: 'toolCall', call: one })),
    };
    assert.equal((await ask([user('go'), made, results], { tools })).text, 'done');
    assert.equal(started, 1);
    assert.deepEqual(toolsOf(rig.standIn.requests[0]), [
      'Glob',
      'Grep',
      'Read',
      'mcp__client__Read',
      'mcp__client__look',
    ]);
    const told = JSON.stringify(resultsOf(rig.standIn.requests[1]));
    assert.match(told, /the answer is 42.*result of Read.*result of look/s);
  });

  it('gives a fresh process the client’s calls and results, under the same names', async () => {
    await start();
    rig.standIn.reply(textReply('done'));
    const made: ChatMessage = {
      role: 'assistant',
      content: [{ type: 'toolCall', call: { id: 'x', name: 'Read', arguments: {} } }],
    };
    const result: ChatMessage = {
      role: 'user',
      content: [{ type: 'toolResult', callId: 'x', content: 'theirs', isError: false }],
    };
    await ask([user('go'), made, result], { tools: [CLIENTS_READ] });
    assert.match(rig.standIn.requests[0]!.raw, /"name":"mcp__client__Read"[^}]*"input":\{\}/);
  });

  it('gives an answer in JSON after its own work, and nothing beside it', async () => {
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

  it('takes commands and mentions of files in prompts and in history for text', async () => {
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
      const said = body.messages.flatMap(({ content }): (string | undefined)[] =>
        typeof content === 'string' ? [content] : content.map((part) => part.text),
      );
      assert.deepEqual(
        texts.filter((text) => !new Set(said).has(text)),
        [],
      );
      assert.ok(!raw.includes('root:x:') && !raw.includes('the answer is'));
    }
    assert.ok(!existsSync(file('made')));
    assert.ok(!existsSync(join(rig.environment.root, 'config', 'settings.json')));
  });

  it('edits in the folder where edits are accepted, and has nobody to ask for more', async () => {
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
    assert.match(JSON.stringify(resultsOf(rig.standIn.requests[1])), /nobody can be asked/);
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

  describe('with something to say about the editor', () => {
    const spoken: string[] = [];
    const editorContext = (): Promise<string> => {
      spoken.push(`Open: file${spoken.length + 1}.ts`);
      return Promise.resolve(spoken.at(-1) ?? '');
    };
    beforeEach(() => {
      spoken.length = 0;
      return start({ workspace: { editorContext } });
    });

    it('says it before the person’s words, each time anew, and never takes it for the client’s', async () => {
      rig.standIn.reply(textReply('A1'), textReply('A2'), textReply('A3'));
      await ask([user('U1')]);
      await ask([user('U1'), assistant('A1'), user('U2')]);
      assert.equal(started, 1);
      assert.match(rig.standIn.requests[1]!.raw, /Open: file1\.ts.*U1.*A1.*Open: file2\.ts.*U2/s);
      // What another conversation, or the same in a fresh process, is told is only what it says itself.
      await ask([user('U1'), assistant('edited'), user('U2')]);
      const fresh = rig.standIn.requests[2]!.raw;
      assert.match(fresh, /U1.*edited.*Open: file3\.ts.*U2/s);
      assert.ok(!/file[12]\.ts/.test(fresh));
    });

    it('says it to no tool result, and nothing in the chat lane', async () => {
      rig.standIn.reply(toolReply(call('mcp__client__look', {})), textReply('done'), textReply('ok'));
      const { events } = await ask([user('go')], { tools: [LOOK] });
      const [made] = events.flatMap((event) => (event.type === 'toolCall' ? [event.call] : []));
      const results: ChatMessage[] = [
        user('go'),
        { role: 'assistant', content: [{ type: 'toolCall', call: made! }] },
        {
          role: 'user',
          content: [{ type: 'toolResult', callId: made!.id, content: 'seen', isError: false }],
        },
      ];
      await ask(results, { tools: [LOOK] });
      await answerOf(rig.backend.chat(request([user('hi')]), never()));
      assert.deepEqual(spoken, ['Open: file1.ts']);
    });
  });
});

function toolsOf(seen: StandInRequest | undefined): string[] {
  return (seen?.body.tools ?? []).map(({ name }) => name).sort();
}

function resultsOf(seen: StandInRequest | undefined): readonly object[] {
  const content = seen?.body.messages.findLast(({ role }) => role === 'user')?.content ?? [];
  return typeof content === 'string' ? [] : content.filter(({ type }) => type === 'tool_result');
}
