import assert from 'node:assert/strict';
import { isPreRelease } from '../../scripts/preRelease.mjs';

describe('isPreRelease', () => {
  for (const [version, expected] of [
    ['0.1.0', true],
    ['1.3.12', true],
    ['1.0.1', false],
    ['2.10.0', false],
  ] as const) {
    it(`returns ${expected} for ${version}`, () => assert.equal(isPreRelease(version), expected));
  }
});
