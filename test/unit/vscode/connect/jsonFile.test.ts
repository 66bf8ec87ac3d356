import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Json } from '../../../../src/core/json.js';
import { addToJson } from '../../../../src/vscode/connect/jsonFile.js';
import { parseJsonText, valueOf } from '../../../../src/vscode/connect/jsonText.js';

function changed(text: string, path: readonly string[], value: Json): string {
  const result = addToJson(text, path, value);
  assert.equal(result.kind, 'changed', text);
  return result.kind === 'changed' ? result.text : '';
}

describe('addToJson', () => {
  it('adds a value after the existing ones, in their layout', () => {
    const text = '{\n    "theme": "dark",\n    "provider": {\n        "mine": 1\n    }\n}\n';
    assert.equal(
      changed(text, ['provider', 'claude'], { npm: 'x' }),
      '{\n    "theme": "dark",\n    "provider": {\n        "mine": 1,\n        "claude": {\n            "npm": "x"\n        }\n    }\n}\n',
    );
  });

  it('creates the objects on the path', () => {
    assert.equal(changed('{\n  "a": 1\n}', ['b', 'c'], 2), '{\n  "a": 1,\n  "b": {\n    "c": 2\n  }\n}');
  });

  it('adds to empty objects and arrays, with and without comments', () => {
    assert.equal(changed('{}', ['a'], 1), '{\n  "a": 1\n}');
    assert.equal(changed('[]\n', [], { name: 'n' }), '[\n  {\n    "name": "n"\n  }\n]\n');
    assert.equal(changed('{ // comment\n}', ['a'], 1), '{ // comment\n  "a": 1\n}');
  });

  it('keeps every comment, comma and line break', () => {
    const text = '// top\r\n{\r\n\t"a": 1, /* one */\r\n\t"b": [1, 2,], // two\r\n\t// end\r\n}\r\n';
    assert.equal(
      changed(text, ['c'], true),
      '// top\r\n{\r\n\t"a": 1, /* one */\r\n\t"b": [1, 2,], // two\r\n\t// end\r\n\t"c": true\r\n}\r\n',
    );
    assert.equal(changed('{\n  "a": 1 // one\n}', ['b'], 2), '{\n  "a": 1, // one\n  "b": 2\n}');
  });

  it('adds on the same line when the whole object is on one line', () => {
    assert.equal(changed('{"a":1}', ['b'], { c: 2 }), '{"a":1, "b": {"c":2}}');
  });

  it('changes nothing but the added value', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<Record<string, Json>>;
    fc.assert(
      fc.property(object, fc.constantFrom(undefined, 1, 3, '\t'), fc.jsonValue(), (before, indent, value) => {
        fc.pre(!('new' in before));
        const text = changed(JSON.stringify(before, undefined, indent), ['new'], value as Json);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify({ ...before, new: value })));
      }),
    );
  });

  it('reports a value that is already present', () => {
    assert.deepEqual(addToJson('{"a": {"b": [1]}} // x', ['a', 'b'], [1]), { kind: 'present' });
    assert.deepEqual(addToJson('[{"name": "n"}]', [], { name: 'n' }), { kind: 'present' });
  });

  it('reports texts that cannot be changed safely', () => {
    for (const text of [
      '{"a": 2}',
      '{"a": {',
      '[]',
      '1',
      '{"a": 1} x',
      '{a: 1}',
      "{'b': 1}",
      '{"b" 1}',
      '',
    ]) {
      assert.deepEqual(addToJson(text, ['a'], 1), { kind: 'unsafe' }, text);
    }
    assert.deepEqual(addToJson('{"a": 1}', ['a', 'b'], 1), { kind: 'unsafe' });
    assert.deepEqual(addToJson('{"a": {}, "a": {}}', ['a', 'b'], 1), { kind: 'unsafe' });
    assert.deepEqual(addToJson('[{"name": "n", "url": "other"}]', [], { name: 'n' }), { kind: 'unsafe' });
    assert.deepEqual(addToJson('{}', [], { name: 'n' }), { kind: 'unsafe' });
  });
});

describe('parseJsonText', () => {
  it('parses comments, trailing commas and a byte order mark', () => {
    const text = '\uFEFF/* a */ { "x\\n": [1.5e3, -2, true, null, "\\"{", ], // b\n "y": {}, }';
    assert.deepEqual(valueOf(parseJsonText(text)), { 'x\n': [1500, -2, true, null, '"{'], y: {} });
  });

  it('agrees with JSON.parse on plain JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        assert.deepEqual(valueOf(parseJsonText(text)), JSON.parse(text));
      }),
    );
  });
});
