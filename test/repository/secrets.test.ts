/** Reads from the source how secrets are compared, since a test cannot measure such small differences in time. */
import assert from 'node:assert/strict';
import { filesUnder, read } from './repository.js';

const COMPARING_FILES = filesUnder('src').filter((file) => /\btimingSafeEqual\b/.test(read(file)));

describe('the comparison of secrets', () => {
  it('takes constant time for clients and for windows', () => {
    assert.deepEqual(
      COMPARING_FILES.filter((file) => file.startsWith('src/server/')),
      ['src/server/token.ts', 'src/server/windowLink.ts'],
    );
  });

  it('compares digests, which always have the same length', () => {
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

  it('never compares or searches the text of a token', () => {
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
