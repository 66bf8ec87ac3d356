import assert from 'node:assert/strict';
import { modelfile, parametersText, shownMessages } from '../../../../src/protocol/ollama/modelfile.js';
import { mergeAdditions } from '../../../../src/protocol/ollama/storedModel.js';
import { storedModel } from '../../../support/storedModels.js';

const linesOf = (fields: object): string[] => modelfile({ title: 'T', ...storedModel(fields) }).split('\n');

describe('a Modelfile', () => {
  it('has a line for each thing that the model adds', () => {
    const lines = linesOf({
      system: 'Be brief.',
      parameters: { temperature: 0.2, stop: ['END', ' x '], num_ctx: 1_000_000, use_mmap: true },
      license: ['MIT', 'a\nb'],
      messages: [
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'Ahoy' },
      ],
    });
    assert.deepEqual(lines, [
      '# T',
      'FROM claude-sonnet:latest',
      'SYSTEM Be brief.',
      'PARAMETER temperature 0.2',
      'PARAMETER stop END',
      'PARAMETER stop " x "',
      'PARAMETER num_ctx 1000000',
      'PARAMETER use_mmap true',
      'LICENSE MIT',
      'LICENSE "a',
      'b"',
      'MESSAGE user Hello',
      'MESSAGE assistant Ahoy',
      '',
    ]);
  });

  it('quotes texts that Ollama would read differently', () => {
    const systemLine = (system: string): string => linesOf({ system }).slice(2, -1).join('\n');
    assert.equal(systemLine('a\nb'), 'SYSTEM "a\nb"');
    assert.equal(systemLine('say "a"\nb'), 'SYSTEM """say "a"\nb"""');
    assert.equal(systemLine('"a" is a word'), 'SYSTEM """"a" is a word"""');
    assert.equal(systemLine('\ta'), 'SYSTEM "\ta"');
    assert.equal(systemLine('say "a"'), 'SYSTEM say "a"');
  });

  it('says that it leaves out what a Modelfile cannot hold', () => {
    const call = { role: 'assistant', content: '', tool_calls: [{ function: { name: 'f', arguments: {} } }] };
    const result = { role: 'tool', tool_name: 'f', content: 'done' };
    const lines = linesOf({ messages: [{ role: 'user', content: 'Go' }, call, result] });
    assert.match(lines[2]!, /^# Images, tool calls and their results are left out/);
    assert.deepEqual(lines.slice(3), ['MESSAGE user Go', '']);
  });
});

describe('what /api/show says about a stored model', () => {
  it('has a line for each value of a parameter', () => {
    assert.equal(
      parametersText({ stop: ['a', 'b"'], temperature: 0.5 }),
      [`stop${' '.repeat(26)} "a"`, `stop${' '.repeat(26)} "b\\""`, `temperature${' '.repeat(19)} 0.5`].join(
        '\n',
      ),
    );
  });

  it('has the role and the text of each message', () => {
    const { history } = storedModel({
      messages: [
        { role: 'USER', content: 'a' },
        { role: 'tool', content: 'b', tool_name: 'f' },
      ],
    });
    assert.deepEqual(shownMessages(history), [
      { role: 'user', content: 'a' },
      { role: 'tool', content: 'b' },
    ]);
  });
});

describe('a model that is made from a stored one', () => {
  const base = storedModel({
    system: 'A',
    license: 'MIT',
    parameters: { temperature: 0.2, stop: ['x'] },
    messages: [{ role: 'user', content: 'a' }],
  });

  it('keeps what it does not replace', () => {
    const { system, license, parameters, messages, options } = mergeAdditions(
      base,
      storedModel({ license: ['BSD'], parameters: { stop: ['y'], num_predict: 3 } }),
    );
    assert.deepEqual(
      { system, license, parameters, messages },
      {
        system: 'A',
        license: ['MIT', 'BSD'],
        parameters: { temperature: 0.2, stop: ['y'], num_predict: 3 },
        messages: base.messages,
      },
    );
    assert.deepEqual(options, { stop: ['y'], maxTokens: 3, sampling: { temperature: 0.2 } });
  });

  it('replaces the system prompt and the messages', () => {
    const made = mergeAdditions(
      base,
      storedModel({ system: 'B', messages: [{ role: 'user', content: 'b' }] }),
    );
    assert.equal(made.system, 'B');
    assert.deepEqual(made.messages, [{ role: 'user', content: 'b' }]);
    assert.equal(JSON.stringify(made.history).includes('"b"'), true);
  });
});
