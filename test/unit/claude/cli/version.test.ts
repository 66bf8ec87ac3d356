import assert from 'node:assert/strict';
import { isAtLeast, parseVersion } from '../../../../src/claude/cli/version.js';

describe('parseVersion and isAtLeast', () => {
  it('read the version from the output of --version', () => {
    assert.equal(parseVersion('2.1.330 (Claude Code)\n'), '2.1.330');
    assert.equal(parseVersion('command not found'), undefined);
  });

  for (const output of [
    'nvm 0.39.7 loaded\n2.1.330 (Claude Code)\n',
    'Now using node v22.12.0 (npm v10.9.0)\n2.1.330 (Claude Code)\n',
    'direnv 9.9.9 2.1.330 (Claude Code)',
    '\u001b[32m2.1.330 (Claude Code)\u001b[0m\r\n',
    '2.1.330 (Claude Code)\nGoodbye from asdf 0.14.0\n',
    '22.12.0\n2.1.330-beta.1 (Claude Code)\n',
    'volta 1.1.1 says:\nv2.1.330\n',
  ]) {
    it(`read the CLI’s own version among others: ${JSON.stringify(output)}`, () => {
      assert.equal(parseVersion(output), '2.1.330');
    });
  }

  it('take no version of another program for that of the CLI', () => {
    for (const output of ['nvm 0.39.7', 'node v22.12.0 is not installed', '10.9.0 (npm)', 'v1.2', '']) {
      assert.equal(parseVersion(output), undefined, output);
    }
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
