/** How secrets are compared, read from the source: a difference in time is too small to be measured in a test. */
import assert from 'node:assert/strict';
import { filesUnder, read } from './repository.js';

const COMPARING = filesUnder('src').filter((file) => /\btimingSafeEqual\b/.test(read(file)));

describe('the comparison of secrets', () => {
  it('is in constant time, where clients and windows prove who they are', () => {
    assert.deepEqual(
      COMPARING.filter((file) => file.startsWith('src/server/')),
      ['src/server/token.ts', 'src/server/windowLink.ts'],
    );
  });

  it('compares digests, which have one length whatever was sent', () => {
    const token = read('src/server/token.ts');
    assert.match(token, /const expected = digest\(token\);/);
    assert.match(token, /timingSafeEqual\(digest\(sent\), expected\)/);
    const windows = read('src/server/windowLink.ts');
    assert.match(
      windows,
      /\^\(\\d\{1,15\}\)\\\.\(\[0-9a-f\]\{64\}\)\$/,
      'a proof is a digest in hexadecimal',
    );
    assert.match(windows, /timingSafeEqual\(Buffer\.from\(hex, 'hex'\), digest\(/);
  });

  it('is in no other way: nothing of a token is compared by its text, or looked for in one', () => {
    const token = read('src/server/token.ts');
    const body = token.slice(token.indexOf('export function hasToken('));
    const compared =
      body.match(/[^=!]==?=?\s*\w+|\.(?:includes|indexOf|startsWith|endsWith|localeCompare)\([^)]*\)/g) ?? [];
    const ofTexts = compared.filter(
      (one) => /token|expected|pathToken/.test(one) && !one.includes('= digest'),
    );
    assert.deepEqual(ofTexts, []);
    assert.match(body, /return matches\.includes\(true\);/, 'every place is compared before it is decided');
  });
});
