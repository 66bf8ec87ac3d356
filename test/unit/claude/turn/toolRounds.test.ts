import assert from 'node:assert/strict';
import path from 'node:path';
import type { ChatEvent } from '../../../../src/core/chat.js';
import type { JsonObject } from '../../../../src/core/json.js';
import { parseMessage, type CliMessage } from '../../../../src/claude/process/incoming.js';
import { objectOf, progressLine } from '../../../../src/claude/workspace/toolPhrases.js';
import { ToolRounds } from '../../../../src/claude/turn/toolRounds.js';

function uses(name: string, id: string): CliMessage {
  const content = [{ type: 'tool_use', id, name, input: { file_path: `${id}.txt` } }];
  return parseMessage(JSON.stringify({ type: 'assistant', message: { id: 'msg', content } }));
}

function result(id: string, is_error = false): CliMessage {
  const content = [{ type: 'tool_result', tool_use_id: id, content: 'x', is_error }];
  return parseMessage(JSON.stringify({ type: 'user', message: { content } }));
}

/** The end of a message, as the API streams it; one that breaks off has none. */
const STOPPED = parseMessage(
  JSON.stringify({
    type: 'stream_event',
    event: { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
  }),
);
const OTHER: CliMessage = { type: 'other', name: 'x' };

function text(said: string): ChatEvent {
  return { type: 'text', text: said };
}

describe('rounds of the CLI’s own tools', () => {
  let rounds: ToolRounds;
  beforeEach(() => {
    rounds = new ToolRounds(
      (tool) => tool.startsWith('client_'),
      ({ tool }, failed) => (tool === 'Quiet' ? undefined : `${tool}${failed ? ' failed' : ''}`),
    );
  });

  function read(message: CliMessage, ...events: ChatEvent[]): string {
    return rounds
      .read(message, { events })
      .events.map((event) => ('text' in event ? `${event.type}:${event.text}` : event.type))
      .join('|');
  }

  it('run from the call to its result, several at once', () => {
    assert.equal(rounds.running, false);
    read(uses('Read', 'a'));
    read(uses('Bash', 'b'));
    read(result('a'));
    assert.equal(rounds.running, true);
    read(result('b'));
    assert.equal(rounds.running, false);
  });

  it('are not calls of the client’s tools, nor the structured answer', () => {
    read(uses('client_look', 'a'));
    read(uses('StructuredOutput', 'b'));
    assert.equal(rounds.running, false);
    assert.equal(read(result('a')), '');
  });

  it('are a line of thinking each when they are over, on a line of its own', () => {
    read(uses('Read', 'a'));
    read(OTHER, { type: 'thinking', text: 'Hm.' });
    assert.equal(read(result('a')), 'thinking:\nRead\n');
    read(uses('Bash', 'b'));
    assert.equal(read(result('b', true)), 'thinking:Bash failed\n');
    read(uses('Quiet', 'c'));
    assert.equal(read(result('c')), '');
    assert.equal(read(result('unknown')), '');
  });

  it('make what each message says a paragraph of its own', () => {
    assert.equal(read(OTHER, text('I ')), 'text:I ');
    assert.equal(read(STOPPED, text('look.')), 'text:look.');
    read(uses('Read', 'a'));
    read(result('a'));
    assert.equal(read(OTHER, text('It is')), 'text:\n\nIt is');
    assert.equal(read(OTHER, text(' 42.\n\n')), 'text: 42.\n\n');
    read(STOPPED);
    assert.equal(read(OTHER, text('Done.')), 'text:Done.');
  });

  it('leave together what goes on where it broke off', () => {
    assert.equal(read(OTHER, text('It ')), 'text:It ');
    read(uses('Read', 'a'));
    read(result('a'));
    assert.equal(read(OTHER, text('is 42.')), 'text:is 42.');
  });

  it('put nothing before the first words', () => {
    read(uses('Read', 'a'));
    read(STOPPED);
    read(result('a'));
    assert.equal(read(OTHER, text('It is 42.')), 'text:It is 42.');
  });
});

describe('a line on what a tool has done', () => {
  const folder = '/home/me/project';
  const line = (tool: string, input: JsonObject, failed = false): string | undefined =>
    progressLine({ tool, input }, failed, folder, path.posix);

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
    ['WebFetch', { url: 'https://x.test/' }, 'Fetched https://x.test/', 'Could not fetch https://x.test/'],
    ['WebSearch', { query: 'q' }, 'Searched the web for `q`', 'Could not search the web for `q`'],
    ['Agent', { description: 'Look' }, 'Had a subagent do: Look', 'Could not have a subagent do: Look'],
    ['mcp__db__query', {}, 'Used mcp__db__query', 'Could not use mcp__db__query'],
  ] as const) {
    it(`says "${done}"`, () => {
      assert.equal(line(tool, input), done);
      assert.equal(line(tool, input, true), failed);
    });
  }

  it('is one short line without control characters, whatever the model has written', () => {
    const said = line('Bash', { command: `\u001b[31mecho \u202e${'x'.repeat(500)}\r\nrm` }) ?? '';
    assert.ok(said.length < 150);
    assert.match(said, /^[^\u0000-\u001f\u202e]+$/);
    assert.equal(line('Read', { file_path: 7 }), 'Read ');
  });

  it('names what a call is about for the log', () => {
    const about = (tool: string, input: JsonObject): string => objectOf({ tool, input }, folder, path.posix);
    assert.equal(about('Write', { file_path: `${folder}/a.ts` }), 'a.ts');
    assert.equal(about('Bash', { command: 'npm test' }), '`npm test`');
    assert.equal(about('mcp__db__query', { sql: 'x' }), 'mcp__db__query');
  });

  it('is none for lists of things to do', () => {
    assert.equal(line('TodoWrite', { todos: [] }), undefined);
  });
});
