import assert from 'node:assert/strict';
import { CHAT_ARGUMENTS } from '../../../../src/claude/cli/launch.js';
import { hasArguments, parsePsLine, parseStat } from '../../../../src/claude/process/processIdentity.js';

describe('parseStat', () => {
  it('reads the parent and the start time behind a name with spaces and parentheses', () => {
    const fields = 'S 41 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 11 0 987654 100 200';
    for (const name of ['claude', 'a) b (c', ') S 1 1']) {
      assert.deepEqual(parseStat(`7 (${name}) ${fields}`), { parent: 41, startTime: '987654' });
    }
  });
});

describe('parseStat of a process that has exited', () => {
  it('returns undefined although its parent has not read its status', () => {
    assert.equal(
      parseStat('7 (claude) Z 41 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 11 0 987654 100'),
      undefined,
    );
  });
});

describe('parsePsLine', () => {
  it('reads the parent, the user, the start time and the words of the command', () => {
    const line =
      '    1   501 Mon Nov  3 09:08:07 2025     /bin/sh /opt/my tools/claude --tools  --safe-mode\n';
    assert.deepEqual(parsePsLine(7, line), {
      pid: 7,
      parent: 1,
      user: 501,
      startTime: 'Mon Nov 3 09:08:07 2025',
      command: ['/bin/sh', '/opt/my', 'tools/claude', '--tools', '--safe-mode'],
    });
  });

  it('returns undefined if there is no such process', () => {
    assert.equal(parsePsLine(7, ''), undefined);
  });
});

describe('hasArguments', () => {
  const identity = (command: readonly string[]) => ({ pid: 7, parent: 1, user: 0, startTime: '1', command });
  const has = (command: readonly string[], platform: NodeJS.Platform = 'linux'): boolean =>
    hasArguments(identity(command), CHAT_ARGUMENTS, platform);

  it('finds the whole list behind a program, or a script and its interpreter', () => {
    assert.equal(has(['/bin/claude', ...CHAT_ARGUMENTS]), true);
    assert.equal(has(['/bin/sh', '/bin/claude', ...CHAT_ARGUMENTS]), true);
    assert.equal(has(['claude', ...CHAT_ARGUMENTS.join(' ').split(/\s+/)], 'darwin'), true);
  });

  it('does not find parts of it, more than it, or it alone', () => {
    assert.equal(has(['/bin/claude', ...CHAT_ARGUMENTS.slice(1)]), false);
    assert.equal(has(['/bin/claude', ...CHAT_ARGUMENTS, '--resume']), false);
    assert.equal(has([...CHAT_ARGUMENTS]), false);
    assert.equal(has(['grep', '--', CHAT_ARGUMENTS.join(' ')]), false);
    assert.equal(has([]), false);
  });
});
