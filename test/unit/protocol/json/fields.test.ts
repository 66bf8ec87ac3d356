import assert from 'node:assert/strict';
import type { Json } from '../../../../src/core/json.js';
import { bodyFields, fieldsOf } from '../../../../src/protocol/json/fields.js';
import { badRequestMessage } from '../badRequestMessage.js';

describe('fieldsOf', () => {
  const root = { root: 'ChatRequest', path: '' };

  it('finds fields in any case, takes the last one, and treats null as absent', () => {
    const fields = fieldsOf({ MODEL: 'a', Model: 'b', stream: null, x: 1 }, root, 'api.ChatRequest');
    assert.equal(fields.string('model'), 'b');
    assert.equal(fields.boolean('stream'), undefined);
    assert.equal(fields.value('y'), undefined);
    assert.deepEqual(
      fieldsOf(null, root, 'x').list('a', '[]x', (value) => value),
      [],
    );
  });

  it('refuses a wrong type with the path of the field', () => {
    const value: Json = { a: { b: [{ c: 1 }], n: 1.5, o: [] } };
    const inner = (): ReturnType<typeof fieldsOf> => fieldsOf(value, root, 'x').fields('a', 'api.A')!;
    const element = (): unknown =>
      inner().list('b', '[]api.B', (item, at) => fieldsOf(item, at, 'api.B').string('c'));
    assert.equal(
      badRequestMessage(element),
      'json: cannot unmarshal number into Go struct field ChatRequest.a.b.c of type string',
    );
    assert.equal(
      badRequestMessage(() => inner().integer('n')),
      'json: cannot unmarshal number 1.5 into Go struct field ChatRequest.a.n of type int',
    );
    assert.equal(
      badRequestMessage(() => inner().object('o', 'map[string]interface {}')),
      'json: cannot unmarshal array into Go struct field ChatRequest.a.o of type map[string]interface {}',
    );
    assert.equal(
      badRequestMessage(() => fieldsOf(true, root, 'api.ChatRequest')),
      'json: cannot unmarshal bool into Go value of type api.ChatRequest',
    );
  });
});

describe('bodyFields', () => {
  it('refuses an empty body with the message of the route family', () => {
    assert.equal(
      badRequestMessage(() => bodyFields('', 'api.ChatRequest')),
      'missing request body',
    );
    for (const struct of ['openai.ChatCompletionRequest', 'anthropic.MessagesRequest'] as const) {
      assert.equal(
        badRequestMessage(() => bodyFields(' ', struct)),
        'EOF',
      );
    }
  });

  it('refuses a body that is not an object, and names the struct', () => {
    assert.equal(
      badRequestMessage(() => bodyFields('[]', 'api.ChatRequest')),
      'json: cannot unmarshal array into Go value of type api.ChatRequest',
    );
    assert.equal(
      badRequestMessage(() => bodyFields('{"model":1}', 'openai.EmbedRequest').string('model')),
      'json: cannot unmarshal number into Go struct field EmbedRequest.model of type string',
    );
  });
});
