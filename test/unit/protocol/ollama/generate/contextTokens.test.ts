import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  decodeContext,
  encodeContext,
  type ContextConversation,
} from '../../../../../src/protocol/ollama/generate/contextTokens.js';
import { templateError } from '../../../../../src/protocol/ollama/generate/template.js';

const anyText = fc.string({ unit: 'binary' });
const conversation: fc.Arbitrary<ContextConversation> = fc.record(
  {
    system: anyText,
    texts: fc
      .array(fc.tuple(anyText, anyText), { minLength: 1, maxLength: 5 })
      .map((exchanges) => exchanges.flat()),
  },
  { noNullPrototype: true },
);

describe('the context of a prompt', () => {
  it('gives the conversation back, through JSON and 32-bit integers', () => {
    fc.assert(
      fc.property(conversation, (remembered) => {
        const numbers = encodeContext(remembered);
        assert.ok(numbers.every((number) => Number.isInteger(number) && number >= 0 && number < 2 ** 31));
        const back = JSON.parse(JSON.stringify(numbers)) as number[];
        assert.deepEqual(decodeContext(back), remembered);
      }),
    );
  });

  it('gives half characters back, too', () => {
    const remembered = { system: '', texts: ['a\ud83d', '\ude00'] };
    assert.deepEqual(decodeContext(encodeContext(remembered)), remembered);
  });

  it('is nothing when it was not made here', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer(), fc.double())), (numbers) => {
        assert.equal(decodeContext(numbers), undefined);
      }),
    );
    const [mark, length, ...rest] = encodeContext({ system: 's', texts: ['a', 'b'] });
    for (const broken of [
      [mark!],
      [mark!, -1],
      [mark!, length!],
      [mark!, length! + 9, ...rest],
      [mark!, length! - 1, ...rest],
      [mark!, length!, ...rest.map((number) => number ^ 1)],
    ]) {
      assert.equal(decodeContext(broken), undefined);
    }
  });

  it('forgets the oldest exchanges where it would be too long for a line', () => {
    const texts = Array.from({ length: 40 }, (_, index) => `${index}`.padEnd(50_000, 'é'));
    const numbers = encodeContext({ system: 'stays', texts });
    assert.ok(JSON.stringify(numbers).length < 8_000_000);
    const back = decodeContext(numbers)!;
    assert.equal(back.system, 'stays');
    assert.ok(back.texts.length >= 8 && back.texts.length % 2 === 0);
    assert.deepEqual(back.texts, texts.slice(-back.texts.length));
  });

  it('is empty where one exchange alone is too long', () => {
    assert.deepEqual(encodeContext({ system: '', texts: ['x'.repeat(1_000_000), ''] }), []);
    assert.deepEqual(encodeContext({ system: 'x'.repeat(1_000_000), texts: ['', ''] }), []);
  });
});

describe('a template', () => {
  for (const template of [
    '',
    'plain }}',
    '{{ a }}{{b}}',
    '{{ "}}" }}',
    '{{ `"}}` }}',
    String.raw`{{ "\"}}" }}`,
  ]) {
    it(`passes: ${template}`, () => assert.equal(templateError(template), undefined));
  }
  for (const [template, line] of [
    ['{{', 1],
    ['a {{ b }} {{ c }', 1],
    ['\n\n{{ "}}', 3],
    ['{{ `}}', 1],
    ['{{ "}}\\', 1],
  ] as const) {
    it(`is refused: ${JSON.stringify(template)}`, () =>
      assert.equal(templateError(template), `template: :${line}: unclosed action`));
  }

  it('takes time in proportion to its length', () => {
    assert.notEqual(templateError('{{'.repeat(2_000_000)), undefined);
    assert.equal(templateError('{{}}'.repeat(1_000_000)), undefined);
  });
});
