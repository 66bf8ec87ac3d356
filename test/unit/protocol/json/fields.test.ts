import assert from 'node:assert/strict';
import type { Json } from '../../../../src/core/json.js';
import { bodyFields, type Fields, fieldsOf } from '../../../../src/protocol/json/fields.js';
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

describe('the limits of fields', () => {
  const at = { root: 'ChatRequest', path: 'messages' };

  it('bound a text that is not content, and name the field', () => {
    const fields = (length: number): Fields => fieldsOf({ role: 'x'.repeat(length) }, at, 'api.Message');
    assert.equal(fields(8_000).string('role')?.length, 8_000);
    assert.equal(
      badRequestMessage(() => fields(8_001).string('role')),
      'The field "messages.role" has 8001 characters; the maximum is 8000. Shorten it.',
    );
    assert.equal(fields(8_001).text('role')?.length, 8_001);
  });

  it('bound a list before its first element is read', () => {
    const fields = fieldsOf({ tools: [1, 2, 3] }, at, 'api.Message');
    const read: Json[] = [];
    const list = (max: number): unknown =>
      fields.list('tools', 'api.Tools', (value) => read.push(value), { what: 'tools', max });
    assert.equal(
      badRequestMessage(() => list(2)),
      'The request has 3 tools; the maximum is 2.',
    );
    assert.deepEqual(read, []);
    list(3);
    assert.deepEqual(read, [1, 2, 3]);
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
