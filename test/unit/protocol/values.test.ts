/** Durations, images, names and other values that several routes read. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChatError } from '../../../src/core/errors.js';
import type { Json } from '../../../src/core/json.js';
import { FOREVER_MS, parseDuration, readKeepAlive } from '../../../src/protocol/json/duration.js';
import { fieldsOf } from '../../../src/protocol/json/fields.js';
import { imageOf, readBase64 } from '../../../src/protocol/images.js';
import { requireModelName } from '../../../src/protocol/modelName.js';
import { pieces } from '../../../src/protocol/ndjson.js';

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof ChatError && error.kind === 'badRequest', String(error));
    return error.message;
  }
  return 'none';
}

describe('keep_alive', () => {
  const GOOD: readonly (readonly [Json, number | undefined])[] = [
    [null, undefined],
    [0, 0],
    ['0', 0],
    ['0s', 0],
    [1.5, 1_500],
    [1_800, 1_800_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['+2s', 2_000],
    ['100ms', 100],
    ['2us', 0.002],
    ['2µs', 0.002],
    [-1, FOREVER_MS],
    ['-1m', FOREVER_MS],
    [1e300, FOREVER_MS],
  ];
  for (const [value, ms] of GOOD) {
    it(`${JSON.stringify(value)} is ${ms} ms`, () => assert.equal(readKeepAlive(value), ms));
  }

  const BAD: readonly (readonly [Json, string])[] = [
    ['24', 'time: missing unit in duration "24"'],
    ['', 'time: invalid duration ""'],
    ['-', 'time: invalid duration "-"'],
    ['.', 'time: invalid duration "."'],
    ['.s', 'time: invalid duration ".s"'],
    ['forever', 'time: invalid duration "forever"'],
    ['5 m', 'time: unknown unit " m" in duration "5 m"'],
    ['5d', 'time: unknown unit "d" in duration "5d"'],
    ['1h5', 'time: missing unit in duration "1h5"'],
    ['9999999h', 'time: invalid duration "9999999h"'],
    [true, "Unsupported type: 'bool'"],
    [[], "Unsupported type: '[]interface {}'"],
    [{}, "Unsupported type: 'map[string]interface {}'"],
  ];
  for (const [value, message] of BAD) {
    it(`${JSON.stringify(value)} is refused with: ${message}`, () =>
      assert.equal(
        refusal(() => readKeepAlive(value)),
        message,
      ));
  }

  it('adds its parts up', () => {
    fc.assert(
      fc.property(fc.nat(9_999), fc.nat(59), fc.nat(59), fc.nat(999), (h, m, s, ms) => {
        const total = ((h * 60 + m) * 60 + s) * 1_000 + ms;
        assert.equal(parseDuration(`${h}h${m}m${s}s${ms}ms`), total);
        assert.equal(Math.abs(parseDuration(`-${h}h${m}m${s}s${ms}ms`)), total);
      }),
    );
  });

  it('is a number or a refusal, whatever is sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('0123456789.-+hmsnuµ ')) }), (text) => {
        try {
          const ms = readKeepAlive(text);
          assert.ok(typeof ms === 'number' && ms >= 0 && ms <= FOREVER_MS);
        } catch (error) {
          assert.ok(error instanceof ChatError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('base64', () => {
  const CORRUPT: readonly (readonly [string, number])[] = [
    ['data:image/png;base64,AAAA', 4],
    ['A', 0],
    ['AA', 0],
    ['AAAAA', 4],
    ['AA=', 3],
    ['AA=A', 3],
    ['A===', 1],
    ['=AAA', 0],
    ['AA==AA==', 4],
    ['AAA=A', 4],
    ['AA-A', 2],
    ['AA A', 2],
    ['AAéA', 2],
  ];
  for (const [text, at] of CORRUPT) {
    it(`${text} is corrupt at ${at}`, () =>
      assert.equal(
        refusal(() => readBase64(text)),
        `illegal base64 data at input byte ${at}`,
      ));
  }

  it('may have line breaks, which do not come through', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 10 }), (bytes, width) => {
        const plain = Buffer.from(bytes).toString('base64');
        const broken = plain.replace(new RegExp(`.{${width}}`, 'g'), '$&\r\n');
        assert.equal(readBase64(plain), plain);
        assert.equal(readBase64(broken), plain);
      }),
    );
  });
});

describe('an image', () => {
  const HEADS: readonly (readonly [string, string])[] = [
    ['89504e470d0a1a0a', 'image/png'],
    ['ffd8ffe0', 'image/jpeg'],
    ['474946383961', 'image/gif'],
    ['474946383761', 'image/gif'],
    ['524946461234567857454250', 'image/webp'],
  ];
  for (const [head, mediaType] of HEADS) {
    it(`that begins with ${head} is ${mediaType}, whatever its length`, () => {
      for (let more = 0; more < 20; more += 1) {
        const data = Buffer.concat([Buffer.from(head, 'hex'), Buffer.alloc(more)]).toString('base64');
        assert.deepEqual(imageOf(data), { type: 'image', mediaType, data });
      }
    });
  }

  it('of another kind is refused', () => {
    const others = ['', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'RIFF1234WAVE', 'BM', '%PDF-1.7'];
    for (const other of others) {
      const data = Buffer.from(other, 'latin1').toString('base64');
      assert.match(
        refusal(() => imageOf(data)),
        /PNG, JPEG, GIF and WebP/,
      );
    }
  });
});

describe('the name of a model', () => {
  it('may have a host, a namespace and a tag', () => {
    const names = [
      'claude',
      'Claude-Sonnet:latest',
      'ns/m',
      'registry.ollama.ai/library/m:7b',
      'localhost:5000/ns/m',
      '_x',
      ' claude ',
    ];
    for (const name of names)
      assert.equal(
        refusal(() => requireModelName(name)),
        'none',
        name,
      );
  });

  it('is refused otherwise', () => {
    for (const name of ['', ' ', '\t\n'])
      assert.equal(
        refusal(() => requireModelName(name)),
        'model is required',
      );
    const names = [
      'bad name!',
      'a b',
      '--model=x',
      '../../x',
      'a/b/c/d',
      'm:',
      ':t',
      'm:t:u',
      'a//m',
      '/m',
      'm/',
      'n.s/m',
      ';touch x',
      '$(x)',
      'x\0y',
      'x\ny',
      '🦙',
      'x'.repeat(81),
    ];
    for (const name of names)
      assert.equal(
        refusal(() => requireModelName(name)),
        'invalid model name',
        name,
      );
  });
});

describe('fields', () => {
  const at = { root: 'ChatRequest', path: '' };

  it('are known in any case, the last one wins, and null is absent', () => {
    const fields = fieldsOf({ MODEL: 'a', Model: 'b', stream: null, x: 1 }, at, 'api.ChatRequest');
    assert.equal(fields.string('model'), 'b');
    assert.equal(fields.boolean('stream'), undefined);
    assert.equal(fields.any('y'), undefined);
    assert.deepEqual(
      fieldsOf(null, at, 'x').list('a', '[]x', (value) => value),
      [],
    );
  });

  it('of a wrong type are refused with the path that leads to them', () => {
    const value: Json = { a: { b: [{ c: 1 }], n: 1.5, o: [] } };
    const inner = (): ReturnType<typeof fieldsOf> => fieldsOf(value, at, 'x').fields('a', 'api.A')!;
    const element = (): unknown =>
      inner().list('b', '[]api.B', (item, place) => fieldsOf(item, place, 'api.B').string('c'));
    assert.equal(
      refusal(element),
      'json: cannot unmarshal number into Go struct field ChatRequest.a.b.c of type string',
    );
    assert.equal(
      refusal(() => inner().integer('n')),
      'json: cannot unmarshal number 1.5 into Go struct field ChatRequest.a.n of type int',
    );
    assert.equal(
      refusal(() => inner().object('o', 'map[string]interface {}')),
      'json: cannot unmarshal array into Go struct field ChatRequest.a.o of type map[string]interface {}',
    );
    assert.equal(
      refusal(() => fieldsOf(true, at, 'api.ChatRequest')),
      'json: cannot unmarshal bool into Go value of type api.ChatRequest',
    );
  });
});

describe('pieces of a text', () => {
  it('are short, whole characters, and together the text', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', '🦙', 'é', '\ud83e', '\udd99') });
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 9 }), (text, limit) => {
        const cut = pieces(text, limit);
        assert.equal(cut.join(''), text);
        for (const piece of cut) assert.ok(piece.length <= limit);
        assert.equal(cut.flatMap((piece) => Array.from(piece)).length, Array.from(text).length);
      }),
      { numRuns: 500 },
    );
  });
});
