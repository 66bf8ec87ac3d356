/** What programs of ours leave when they and their guardians are killed. Linux and macOS. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { endLeftoverProcesses, MARK_VARIABLE, newMark } from '../../src/claude/process/leftoverProcesses.js';
import { silentLogger } from '../../src/core/log.js';
import { isAlive } from '../support/processes.js';
import { until } from '../support/until.mjs';

/** Does nothing until it is killed. */
const IDLE = ['-e', 'setInterval(() => undefined, 1e6)', '--'];
/** Other programs of ours start meanwhile, in other suites, and may end a stray before this one has looked. */
const ROUNDS = 10;

describe('a process of the CLI whose program may be gone', function () {
  this.timeout(60_000);
  const started: ChildProcess[] = [];

  before(function () {
    // There nobody can see the mark.
    if (process.platform === 'win32') this.skip();
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });

  async function start(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<ChildProcess> {
    const child = spawn(process.execPath, [...IDLE, ...args], {
      stdio: 'ignore',
      env: { ...process.env, ...env },
    });
    started.push(child);
    await once(child, 'spawn');
    return child;
  }

  /** A program of ours, and its CLI. */
  async function pair(): Promise<{ owner: ChildProcess; cli: number }> {
    const owner = await start([]);
    const mark = { [MARK_VARIABLE]: newMark(owner.pid) };
    const cli = await start(['--input-format', 'stream-json'], mark);
    return { owner, cli: cli.pid ?? 0 };
  }

  /** The warnings of a look. */
  async function look(): Promise<string> {
    const warnings: string[] = [];
    await endLeftoverProcesses({ ...silentLogger, warn: (line) => void warnings.push(line) });
    return warnings.join('\n');
  }

  it('is left alone while its program lives', async () => {
    const { cli } = await pair();
    assert.doesNotMatch(await look(), new RegExp(`pid=${cli} `));
    assert.equal(isAlive(cli), true);
  });

  it('is ended once its program is gone, and the log says so', async () => {
    for (let round = 1, said = ''; !said; round++) {
      assert.ok(round <= ROUNDS, 'it was ended, but never by this program');
      const { owner, cli } = await pair();
      owner.kill('SIGKILL');
      await once(owner, 'exit');
      const warnings = await look();
      await until('it is gone', () => !isAlive(cli));
      [said = ''] =
        new RegExp(`\\[cli\\] pid=${cli} was left behind by a program that was killed`).exec(warnings) ?? [];
    }
  });
});
