import assert from 'node:assert/strict';
import { watchdogCommand } from '../../../../src/claude/process/watchdog.js';

describe('watchdogCommand', () => {
  it('is a POSIX shell on Linux and macOS', () => {
    assert.equal(watchdogCommand('linux', '/node').file, '/bin/sh');
    assert.equal(watchdogCommand('darwin', '/node').file, '/bin/sh');
  });

  it('is the editor’s own Node on Windows', () => {
    const { file, env } = watchdogCommand('win32', 'C:\\code.exe');
    assert.equal(file, 'C:\\code.exe');
    assert.equal(env['ELECTRON_RUN_AS_NODE'], '1');
  });
});
