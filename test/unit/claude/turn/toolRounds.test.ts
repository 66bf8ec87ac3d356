import assert from 'node:assert/strict';
import path from 'node:path';
import type { ChatEvent } from '../../../../src/core/chat.js';
import type { JsonObject } from '../../../../src/core/json.js';
import { parseMessage, type CliMessage } from '../../../../src/claude/process/incoming.js';
import { progressLine, toolTarget } from '../../../../src/claude/workspace/toolPhrases.js';
import { ToolRounds } from '../../../../src/claude/turn/toolRounds.js';

function uses(name: string, id: string): CliMessage {
  const content = [{ type: 'tool_use', id, name, input: { file_path: `${id}.txt` } }];
  return parseMessage(JSON.stringify({ type: 'assistant', message: { id: 'msg', content } }));
}

function result(id: string, is_error = false): CliMessage {
  const content = [{ type: 'tool_result', tool_use_id: id, content: 'x', is_error }];
  return parseMessage(JSON.stringify({ type: 'user', message: { content } }));
}

/** The end of a message, as the API streams it. An interrupted message has none. */
const MESSAGE_END = parseMessage(
  JSON.stringify({
    type: 'stream_event',
    event: { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
  }),
);
const OTHER: CliMessage = { type: 'other', name: 'x' };

function text(piece: string): ChatEvent {
  return { type: 'text', text: piece };
}

describe('ToolRounds', () => {
  let rounds: ToolRounds;
  beforeEach(() => {
    rounds = new ToolRounds({
      isClientTool: (tool) => tool.startsWith('client_'),
      progress: ({ tool, failed }) => (tool === 'Quiet' ? undefined : `${tool}${failed ? ' failed' : ''}`),
    });
  });

  function read(message: CliMessage, ...events: ChatEvent[]): string {
    return rounds
      .read(message, { events })
      .events.map((event) => ('text' in event ? `${event.type}:${event.text}` : event.type))
      .join('|');
  }

  it('is running from a call to its result, also for several calls at once', () => {
    assert.equal(rounds.running, false);
    read(uses('Read', 'a'));
    read(uses('Bash', 'b'));
    read(result('a'));
    assert.equal(rounds.running, true);
    read(result('b'));
    assert.equal(rounds.running, false);
  });

  it('ignores calls of the client’s tools and the structured answer', () => {
    read(uses('client_look', 'a'));
    read(uses('StructuredOutput', 'b'));
    assert.equal(rounds.running, false);
    assert.equal(read(result('a')), '');
  });

  it('adds a line of thinking for each finished tool, starting on a new line', () => {
    read(uses('Read', 'a'));
    read(OTHER, { type: 'thinking', text: 'Hm.' });
    assert.equal(read(result('a')), 'thinking:\nRead\n');
    read(uses('Bash', 'b'));
    assert.equal(read(result('b', true)), 'thinking:Bash failed\n');
    read(uses('Quiet', 'c'));
    assert.equal(read(result('c')), '');
    assert.equal(read(result('unknown')), '');
  });

  it('starts a new paragraph for the text of each message', () => {
    assert.equal(read(OTHER, text('I ')), 'text:I ');
    assert.equal(read(MESSAGE_END, text('look.')), 'text:look.');
    read(uses('Read', 'a'));
    read(result('a'));
    assert.equal(read(OTHER, text('It is')), 'text:\n\nIt is');
    assert.equal(read(OTHER, text(' 42.\n\n')), 'text: 42.\n\n');
    read(MESSAGE_END);
    assert.equal(read(OTHER, text('Done.')), 'text:Done.');
  });

  it('adds no paragraph break if an interrupted message continues', () => {
    assert.equal(read(OTHER, text('It ')), 'text:It ');
    read(uses('Read', 'a'));
    read(result('a'));
    assert.equal(read(OTHER, text('is 42.')), 'text:is 42.');
  });

  it('adds no paragraph break before the first text', () => {
    read(uses('Read', 'a'));
    read(MESSAGE_END);
    read(result('a'));
    assert.equal(read(OTHER, text('It is 42.')), 'text:It is 42.');
  });
});

describe('progressLine and toolTarget', () => {
  const folder = '/home/me/project';
  const line = (tool: string, input: JsonObject, failed = false): string | undefined =>
    progressLine({ tool, input, failed }, { folder, path: path.posix });

  for (const [tool, input, done, failed] of [
    ['Read', { file_path: `${folder}/src/a.ts` }, 'Read src/a.ts', 'Could not read src/a.ts'],
    ['Read', { file_path: '/etc/passwd' }, 'Read /etc/passwd', 'Could not read /etc/passwd'],
    ['Edit', { file_path: 'src/a.ts' }, 'Edited src/a.ts', 'Could not edit src/a.ts'],
    ['Write', { file_path: 'b' }, 'Wrote b', 'Could not write b'],
    ['NotebookEdit', { notebook_path: 'c.ipynb' }, 'Edited c.ipynb', 'Could not edit c.ipynb'],
    ['Grep', { pattern: 'x y' }, 'Searched for `x y`', 'Could not search for `x y`'],
    [
      'Grep',
      { pattern: 'x', path: `${folder}/src` },
      'Searched for `x` in src',
      'Could not search for `x` in src',
    ],
    ['Glob', { pattern: '**', path: folder }, 'Looked for files `**`', 'Could not look for files `**`'],
    ['Bash', { command: 'npm  test\n&& ls' }, 'Ran `npm test && ls`', 'Could not run `npm test && ls`'],
    ['PowerShell', { command: 'Get-Date' }, 'Ran `Get-Date`', 'Could not run `Get-Date`'],
    ['WebFetch', { url: 'https://x.test/' }, 'Fetched https://x.test/', 'Could not fetch https://x.test/'],
    ['WebSearch', { query: 'q' }, 'Searched the web for `q`', 'Could not search the web for `q`'],
    ['Agent', { description: 'Look' }, 'Ran a subagent: Look', 'Could not run a subagent: Look'],
    ['mcp__db__query', {}, 'Used mcp__db__query', 'Could not use mcp__db__query'],
  ] as const) {
    it(`describe a call as "${done}"`, () => {
      assert.equal(line(tool, input), done);
      assert.equal(line(tool, input, true), failed);
    });
  }

  it('produce one short line without control characters, whatever the model has written', () => {
    const described = line('Bash', { command: `\u001b[31mecho \u202e${'x'.repeat(500)}\r\nrm` }) ?? '';
    assert.ok(described.length < 150);
    assert.match(described, /^[^\u0000-\u001f\u202e]+$/);
    assert.equal(line('Read', { file_path: 7 }), 'Read ');
  });

  it('name the target of a call for the log', () => {
    const target = (tool: string, input: JsonObject): string =>
      toolTarget({ tool, input }, { folder, path: path.posix });
    assert.equal(target('Write', { file_path: `${folder}/a.ts` }), 'a.ts');
    assert.equal(target('Bash', { command: 'npm test' }), '`npm test`');
    assert.equal(target('mcp__db__query', { sql: 'x' }), 'mcp__db__query');
  });

  it('describe no changes of a task list', () => {
    assert.equal(line('TodoWrite', { todos: [] }), undefined);
  });
});
