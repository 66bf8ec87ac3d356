import assert from 'node:assert/strict';
import { templateError } from '../../../../../src/protocol/ollama/generate/template.js';

describe('templateError', () => {
  for (const template of [
    '',
    'plain }}',
    '{{ a }}{{b}}',
    '{{ "}}" }}',
    '{{ `"}}` }}',
    String.raw`{{ "\"}}" }}`,
  ]) {
    it(`accepts ${template}`, () => assert.equal(templateError(template), undefined));
  }
  for (const [template, line] of [
    ['{{', 1],
    ['a {{ b }} {{ c }', 1],
    ['\n\n{{ "}}', 3],
    ['{{ `}}', 1],
    ['{{ "}}\\', 1],
  ] as const) {
    it(`refuses ${JSON.stringify(template)}`, () =>
      assert.equal(templateError(template), `template: :${line}: unclosed action`));
  }

  it('takes time in proportion to the length', () => {
    assert.notEqual(templateError('{{'.repeat(2_000_000)), undefined);
    assert.equal(templateError('{{}}'.repeat(1_000_000)), undefined);
  });
});
