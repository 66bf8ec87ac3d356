/** Ends CLI processes of servers that were killed together with their watchdogs. Linux and macOS. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  endLeftoverProcesses,
  newProcessTag,
  TAG_VARIABLE,
} from '../../src/claude/process/leftoverProcesses.js';
import { silentLogger } from '../../src/core/log.js';
import { isAlive } from '../support/processes.js';
import { until } from '../support/until.mjs';

/** Node arguments of a program that waits to be killed. */
const WAIT = ['-e', 'setInterval(() => undefined, 1e6)', '--'];
/** Servers that other suites start at the same time may end the leftover process first; then the test tries again. */
const MAX_ROUNDS = 10;

describe('endLeftoverProcesses', function () {
  this.timeout(60_000);
  const started: ChildProcess[] = [];

  before(function () {
    // Windows does not reveal the environment of other processes.
    if (process.platform === 'win32') this.skip();
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });

  async function start(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<ChildProcess> {
    const child = spawn(process.execPath, [...WAIT, ...args], {
      stdio: 'ignore',
      env: { ...process.env, ...env },
    });
    started.push(child);
    await once(child, 'spawn');
    return child;
  }

  /** Starts a process in the role of a server, and one in the role of its CLI. */
  async function startServerAndCli(): Promise<{ server: ChildProcess; cli: number }> {
    const server = await start([]);
    const tag = { [TAG_VARIABLE]: newProcessTag(server.pid) };
    const cli = await start(['--input-format', 'stream-json'], tag);
    return { server, cli: cli.pid ?? 0 };
  }

  /** @returns the warnings that were logged */
  async function endLeftovers(): Promise<string> {
    const warnings: string[] = [];
    await endLeftoverProcesses({ ...silentLogger, warn: (line) => void warnings.push(line) });
    return warnings.join('\n');
  }

  it('leaves a CLI process alone while its server is running', async () => {
    const { cli } = await startServerAndCli();
    assert.doesNotMatch(await endLeftovers(), new RegExp(`pid=${cli} `));
    assert.equal(isAlive(cli), true);
  });

  it('ends a CLI process whose server no longer exists, and logs a warning', async () => {
    for (let round = 1, warning = ''; !warning; round++) {
      assert.ok(round <= MAX_ROUNDS, 'it was ended, but never by this program');
      const { server, cli } = await startServerAndCli();
      server.kill('SIGKILL');
      await once(server, 'exit');
      const warnings = await endLeftovers();
      await until('the CLI process has exited', () => !isAlive(cli));
      [warning = ''] =
        new RegExp(`\\[cli\\] pid=${cli} was left behind by a server that was killed`).exec(warnings) ?? [];
    }
  });
});
