import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readTarget } from '../../../src/server/requestTarget.js';

describe('readTarget', () => {
  const CASES: readonly (readonly [string, string | undefined, string, string | undefined])[] = [
    ['/api/tags', undefined, '/api/tags', undefined],
    ['/t/abc/api/tags?x', undefined, '/api/tags?x', 'abc'],
    ['http://localhost:1/api/tags', 'localhost:1', '/api/tags', undefined],
    ['http://localhost/t/abc/api/tags', 'localhost', '/api/tags', 'abc'],
    ['HTTP://[::1]', '[::1]', '/', undefined],
    ['http://a?b=c', 'a', '/?b=c', undefined],
    ['http://user:secret@a/b', 'user:secret@a', '/b', undefined],
    ['https://a/b', 'https://a', '/b', undefined],
    ['http://a#b', 'a', '#b', undefined],
    ['/http://a/b', undefined, '/http://a/b', undefined],
    ['//a/b', undefined, '//a/b', undefined],
    ['*', undefined, '*', undefined],
    ['localhost:1', undefined, 'localhost:1', undefined],
    ['', undefined, '', undefined],
  ];
  for (const [line, authority, target, token] of CASES) {
    it(`splits "${line}"`, () => {
      const split = readTarget(line);
      assert.deepEqual([split.authority, split.target, split.token], [authority, target, token]);
    });
  }

  it('leaves paths alone, and never takes a path for an authority', () => {
    fc.assert(
      fc.property(fc.string(), (rest) => {
        const { authority, prefix, target } = readTarget(`/${rest}`);
        assert.equal(authority, undefined);
        if (prefix === '') assert.equal(target, `/${rest}`);
      }),
    );
  });
});
