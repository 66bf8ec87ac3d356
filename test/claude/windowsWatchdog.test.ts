/** The watchdog's program for Windows. It runs here with programs in the places of PowerShell and `taskkill`. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchdogCommand } from '../../src/claude/process/watchdog.js';
import { until } from '../support/until.mjs';

describe('the watchdog on Windows', function () {
  this.timeout(30_000);
  let root: string;
  let ended: string;

  before(function () {
    // The programs in these places are shell scripts.
    if (process.platform === 'win32') this.skip();
  });
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'watchdog-'));
    ended = join(root, 'ended');
    await mkdir(join(root, 'System32', 'WindowsPowerShell', 'v1.0'), { recursive: true });
    await program(['taskkill.exe'], `printf '%s\\n' "$*" >>'${ended}'`);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  function program(path: readonly string[], script: string): Promise<void> {
    return writeFile(join(root, 'System32', ...path), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** Makes PowerShell print these lines of `pid parent`; every process has started now. */
  async function listProcesses(...lines: string[]): Promise<void> {
    const fileTime = (BigInt(Date.now()) + 11_644_473_600_000n) * 10_000n;
    const text = lines.map((line) => `${line} ${fileTime}\\r\\n`).join('');
    // Windows PowerShell fails with 1 when a single process cannot be read.
    await program(['WindowsPowerShell', 'v1.0', 'powershell.exe'], `printf '${text}'; exit 1`);
  }

  function start() {
    const { file, args, env } = watchdogCommand('win32', process.execPath);
    return spawn(file, args, {
      env: { ...process.env, ...env, SystemRoot: root },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
  }

  it('ends the descendants of a CLI that died together with the host', async () => {
    await listProcesses('7 1', '101 100', '102 101');
    const watchdog = start();
    watchdog.stdin.end('+ 100\n');
    await once(watchdog, 'close');
    assert.equal(await readFile(ended, 'utf8'), '/T /F /PID 101 /PID 102\n');
  });

  it('ends what a crashed CLI left behind while the host runs', async () => {
    await listProcesses('101 100', '201 200');
    const watchdog = start();
    watchdog.stdin.write('+ 100\n+ 200\n! 100\n');
    await until('the rest of the tree is ended', () => existsSync(ended));
    assert.equal(await readFile(ended, 'utf8'), '/T /F /PID 101\n');
    watchdog.stdin.end('- 200\n');
    await once(watchdog, 'close');
    assert.equal(await readFile(ended, 'utf8'), '/T /F /PID 101\n');
  });

  it('ends the tree of a CLI that is still running if processes cannot be listed', async () => {
    const watchdog = start();
    watchdog.stdin.end('+ 100\n');
    await once(watchdog, 'close');
    assert.equal(await readFile(ended, 'utf8'), '/T /F /PID 100\n');
  });
});
