import assert from 'node:assert/strict';
import { isAtLeast, parseVersion } from '../../../../src/claude/cli/version.js';

describe('parseVersion and isAtLeast', () => {
  it('read the version from the output of --version', () => {
    assert.equal(parseVersion('2.1.330 (Claude Code)\n'), '2.1.330');
    assert.equal(parseVersion('command not found'), undefined);
  });

  for (const [version, minimum, expected] of [
    ['2.1.248', '2.1.248', true],
    ['2.1.247', '2.1.248', false],
    ['2.1.1000', '2.1.248', true],
    ['2.0.999', '2.1.248', false],
    ['3.0.0', '2.1.248', true],
  ] as const) {
    it(`say that ${version} is ${expected ? '' : 'not '}at least ${minimum}`, () => {
      assert.equal(isAtLeast(version, minimum), expected);
    });
  }
});
