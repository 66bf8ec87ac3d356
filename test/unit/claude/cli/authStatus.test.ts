import assert from 'node:assert/strict';
import { parseAuthStatus } from '../../../../src/claude/cli/authStatus.js';

const json = (loggedIn: boolean): string =>
  JSON.stringify({ loggedIn, authMethod: 'none', nested: { a: {} } }, null, 2);

describe('parseAuthStatus', () => {
  for (const [where, output] of [
    ['alone', json(true)],
    ['behind a banner', `Now using node v22.12.0\n${json(true)}`],
    ['behind a banner with braces', `{nvm} { "loggedIn" } loaded\n${json(true)}\n`],
    ['before another text', `${json(true)}\nbye {x}`],
    ['on the line of a banner', `direnv: export +{A} ${json(true)}`],
    ['behind another object', `{"loggedIn":"maybe"}\n{"a":1}\n${json(true)}`],
  ] as const) {
    it(`reads the status ${where}`, () => {
      assert.equal(parseAuthStatus(output)?.loggedIn, true);
      assert.equal(
        parseAuthStatus(output.replaceAll('"loggedIn": true', '"loggedIn": false'))?.loggedIn,
        false,
      );
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
      assert.equal(parseAuthStatus(output), undefined);
    }
  });

  it('says who pays: a key before a plan, and a provider other than Anthropic before both', () => {
    const payer = (status: object) => parseAuthStatus(JSON.stringify({ loggedIn: true, ...status }))?.payer;
    assert.equal(payer({ apiProvider: 'firstParty', subscriptionType: 'max' }), 'Claude Max plan');
    assert.equal(payer({ subscriptionType: 'Claude Pro' }), 'Claude Pro plan');
    assert.equal(
      payer({ subscriptionType: 'max', apiKeySource: 'ANTHROPIC_API_KEY' }),
      'API key (ANTHROPIC_API_KEY)',
    );
    assert.equal(payer({ apiProvider: 'bedrock', apiKeySource: 'none' }), 'your account at bedrock');
    assert.equal(payer({ apiKeySource: 7 }), undefined);
    assert.equal(parseAuthStatus('{"loggedIn":false,"subscriptionType":"max"}')?.payer, undefined);
  });
});
