import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hasToken, takeToken, urlWithToken } from '../../../src/server/token.js';

const TOKEN = 'fT3x-9_Zq';

describe('takeToken', () => {
  for (const [sent, target, token] of [
    ['/t/abc/api/chat', '/api/chat', 'abc'],
    ['/t/abc/', '/', 'abc'],
    ['/t/abc', '/', 'abc'],
    ['/t/abc?x=1', '/?x=1', 'abc'],
    ['/t/abc/v1/models?limit=2', '/v1/models?limit=2', 'abc'],
    ['/t/abc//api/tags', '/api/tags', 'abc'],
    ['/t/a%62c/api/tags', '/api/tags', 'abc'],
    ['/t/%zz/api/tags', '/api/tags', '%zz'],
    ['/t//api/tags', '/api/tags', ''],
    ['/t/abc/t/def/api', '/t/def/api', 'abc'],
    ['/api/tags', '/api/tags', undefined],
    ['/t', '/t', undefined],
    ['/tags/abc', '/tags/abc', undefined],
    ['//t/abc/api', '//t/abc/api', undefined],
    ['http://x/t/abc/', 'http://x/t/abc/', undefined],
    ['', '', undefined],
  ] as const) {
    it(`splits ${JSON.stringify(sent)} into ${JSON.stringify(target)} and ${token === undefined ? 'no token' : JSON.stringify(token)}`, () => {
      const taken = takeToken(sent);
      assert.equal(taken.target, target);
      assert.equal(taken.token, token);
    });
  }

  it('finds any token that urlWithToken puts into a URL', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (token) => {
        const url = urlWithToken('http://127.0.0.1:1', token);
        assert.equal(takeToken(`${url.slice('http://127.0.0.1:1'.length)}/api/tags`).token, token);
      }),
    );
  });
});

describe('hasToken', () => {
  const bearer = (value: string): string[] => ['Host', 'x', 'authorization', value];
  it('accepts the token in each of its places', () => {
    for (const value of [`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `BEARER   ${TOKEN}`]) {
      assert.ok(hasToken(bearer(value), undefined, TOKEN), value);
    }
    assert.ok(hasToken(['X-Api-Key', TOKEN], undefined, TOKEN));
    assert.ok(hasToken([], TOKEN, TOKEN));
  });

  it('accepts the token next to a placeholder key', () => {
    assert.ok(hasToken(bearer('Bearer ollama'), TOKEN, TOKEN));
    assert.ok(hasToken(['x-api-key', TOKEN, ...bearer('Bearer ollama')], undefined, TOKEN));
  });

  it('rejects every other value', () => {
    const wrong = ['', 'x', TOKEN.slice(0, -1), `${TOKEN}x`, TOKEN.toLowerCase(), ` ${TOKEN}`];
    for (const sent of wrong) {
      assert.ok(!hasToken(bearer(`Basic ${TOKEN}`), sent, TOKEN), sent);
      assert.ok(!hasToken(['X-Api-Key', sent], undefined, TOKEN), sent);
    }
    assert.ok(!hasToken(bearer(TOKEN), undefined, TOKEN));
    assert.ok(!hasToken([], undefined, TOKEN));
  });

  it('compares values of any length', () => {
    for (const length of [0, 1, 31, 32, 33, 64, 1_000, 16_384]) {
      const sent = 'é'.repeat(length);
      assert.equal(hasToken(['X-Api-Key', sent, ...bearer(`Bearer ${sent}`)], sent, TOKEN), false);
    }
  });

  it('never accepts an empty token', () => {
    assert.ok(!hasToken([], undefined, ''));
    assert.ok(!hasToken(['X-Api-Key', '', ...bearer('Bearer ')], '', ''));
  });
});
