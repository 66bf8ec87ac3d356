import assert from 'node:assert/strict';
import { parseSignedIn } from '../../../../src/claude/cli/authStatus.js';

const json = (loggedIn: boolean): string =>
  JSON.stringify({ loggedIn, authMethod: 'none', nested: { a: {} } }, null, 2);

describe('parseSignedIn', () => {
  for (const [where, output] of [
    ['alone', json(true)],
    ['behind a banner', `Now using node v22.12.0\n${json(true)}`],
    ['behind a banner with braces', `{nvm} { "loggedIn" } loaded\n${json(true)}\n`],
    ['before another text', `${json(true)}\nbye {x}`],
    ['on the line of a banner', `direnv: export +{A} ${json(true)}`],
    ['behind another object', `{"loggedIn":"maybe"}\n{"a":1}\n${json(true)}`],
  ] as const) {
    it(`reads the status ${where}`, () => {
      assert.equal(parseSignedIn(output), true);
      assert.equal(parseSignedIn(output.replaceAll('"loggedIn": true', '"loggedIn": false')), false);
    });
  }

  it('returns undefined without a status', () => {
    for (const output of [
      '',
      'error: unknown command',
      '{}',
      '{"loggedIn":1}',
      '{'.repeat(5000) + '}'.repeat(5000),
    ]) {
      assert.equal(parseSignedIn(output), undefined);
    }
  });
});
