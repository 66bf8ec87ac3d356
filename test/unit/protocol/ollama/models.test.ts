import assert from 'node:assert/strict';
import fc from 'fast-check';
import { listEntries } from '../../../../src/core/catalog.js';
import { decodeShow, digestOf, psBody, showBody, tagsBody } from '../../../../src/protocol/ollama/models.js';

describe('model descriptions', () => {
  const model = (value: string, thinking: boolean) => ({
    value,
    resolved: `claude-${value}-5`,
    displayName: value,
    description: '',
    efforts: [],
    thinking,
    contextLength: 123_456,
  });
  const entries = listEntries([model('sonnet', true), model('haiku', false)], ['chat', 'workspace']);

  it('have different digests of 64 hexadecimal digits', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        assert.match(digestOf(a), /^[0-9a-f]{64}$/);
        assert.equal(digestOf(a) === digestOf(b), a === b);
      }),
    );
  });

  it('have different basenames', () => {
    const options = { request: decodeShow('{"model":"x"}'), userAgent: '', createdAt: new Date(0) };
    const names = entries.map(
      (entry) => (showBody(entry, options)['model_info'] as Record<string, unknown>)['general.basename'],
    );
    assert.deepEqual(names, [
      'claude-sonnet',
      'claude-haiku',
      'claude-sonnet:workspace',
      'claude-haiku:workspace',
    ]);
  });

  it('list only capabilities that Ollama defines', () => {
    const known = new Set(['completion', 'tools', 'insert', 'vision', 'embedding', 'thinking']);
    const { models } = tagsBody(entries, new Date(0)) as unknown as { models: { capabilities: string[] }[] };
    for (const { capabilities } of models)
      assert.ok(capabilities.every((capability) => known.has(capability)));
    assert.ok(models[0]!.capabilities.includes('thinking') && !models[1]!.capabilities.includes('thinking'));
  });

  it('tell how long a model stays loaded', () => {
    const { models } = psBody([{ entry: entries[0]!, expiresAt: new Date(1_000) }]) as unknown as {
      models: { expires_at: string; context_length: number }[];
    };
    assert.deepEqual(
      models.map((each) => [each.expires_at, each.context_length]),
      [['1970-01-01T00:00:01.000Z', 123_456]],
    );
  });
});

describe('decodeShow', () => {
  it('reads the model from `model` or `name`', () => {
    assert.equal(decodeShow('{"model":"a","name":"b"}').model, 'a');
    assert.equal(decodeShow('{"Name":"b","verbose":false}').model, 'b');
    assert.equal(decodeShow('null').model, '');
    assert.throws(() => decodeShow('{"model":1}'), {
      message: 'json: cannot unmarshal number into Go struct field ShowRequest.model of type string',
    });
  });
});
