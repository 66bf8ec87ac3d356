import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  decodeContext,
  encodeContext,
  type TextConversation,
} from '../../../../../src/protocol/ollama/generate/contextTokens.js';

const anyText = fc.string({ unit: 'binary' });
const conversation: fc.Arbitrary<TextConversation> = fc.record(
  {
    system: anyText,
    texts: fc
      .array(fc.tuple(anyText, anyText), { minLength: 1, maxLength: 5 })
      .map((exchanges) => exchanges.flat()),
  },
  { noNullPrototype: true },
);

describe('encodeContext and decodeContext', () => {
  it('return the same conversation, through JSON and signed 32-bit integers', () => {
    fc.assert(
      fc.property(conversation, (original) => {
        const numbers = encodeContext(original);
        assert.ok(numbers.every((number) => Number.isInteger(number) && number >= 0 && number < 2 ** 31));
        const received = JSON.parse(JSON.stringify(numbers)) as number[];
        assert.deepEqual(decodeContext(received), original);
      }),
    );
  });

  it('preserve lone surrogates', () => {
    const original = { system: '', texts: ['a\ud83d', '\ude00'] };
    assert.deepEqual(decodeContext(encodeContext(original)), original);
  });

  it('ignore a context that was not made by this server', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer(), fc.double())), (numbers) => {
        assert.equal(decodeContext(numbers), undefined);
      }),
    );
    const [marker, length, ...rest] = encodeContext({ system: 's', texts: ['a', 'b'] });
    for (const broken of [
      [marker!],
      [marker!, -1],
      [marker!, length!],
      [marker!, length! + 9, ...rest],
      [marker!, length! - 1, ...rest],
      [marker!, length!, ...rest.map((number) => number ^ 1)],
    ]) {
      assert.equal(decodeContext(broken), undefined);
    }
  });

  it('drop the oldest exchanges if the context would be too long for a line', () => {
    const texts = Array.from({ length: 40 }, (_, index) => `${index}`.padEnd(50_000, 'é'));
    const numbers = encodeContext({ system: 'kept', texts });
    assert.ok(JSON.stringify(numbers).length < 8_000_000);
    const decoded = decodeContext(numbers)!;
    assert.equal(decoded.system, 'kept');
    assert.ok(decoded.texts.length >= 8 && decoded.texts.length % 2 === 0);
    assert.deepEqual(decoded.texts, texts.slice(-decoded.texts.length));
  });

  it('return an empty context if one exchange alone is too long', () => {
    assert.deepEqual(encodeContext({ system: '', texts: ['x'.repeat(1_000_000), ''] }), []);
    assert.deepEqual(encodeContext({ system: 'x'.repeat(1_000_000), texts: ['', ''] }), []);
  });
});
