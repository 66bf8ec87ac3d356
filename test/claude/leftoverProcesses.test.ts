/** Ends CLI processes of servers that were killed together with their watchdogs, and no others. Linux and macOS. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHAT_ARGUMENTS } from '../../src/claude/cli/launch.js';
import {
  endLeftoverProcesses,
  newProcessTag,
  TAG_VARIABLE,
} from '../../src/claude/process/leftoverProcesses.js';
import { parsePsTable } from '../../src/claude/process/notedDescendants.js';
import { recordProcess, type ProcessRecord } from '../../src/claude/process/processRecords.js';
import { silentLogger } from '../../src/core/log.js';
import { isAlive } from '../support/processes.js';
import { until } from '../support/until.mjs';

/** Node arguments of a program that waits to be killed. */
const WAIT = ['-e', 'setInterval(() => undefined, 1e6)', '--'];

describe('endLeftoverProcesses', function () {
  this.timeout(60_000);
  const started: ChildProcess[] = [];
  let folder: string;

  before(function () {
    // Windows does not tell one process from another.
    if (process.platform === 'win32') this.skip();
  });
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'records-')), 'records');
  });
  afterEach(async () => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    await rm(join(folder, '..'), { recursive: true, force: true });
  });

  /** Starts a process in the role of a CLI. */
  async function start(args: readonly string[] = CHAT_ARGUMENTS, server = 2 ** 22 + 1): Promise<number> {
    const child = spawn(process.execPath, [...WAIT, ...args], {
      stdio: 'ignore',
      env: { ...process.env, [TAG_VARIABLE]: newProcessTag(server) },
    });
    started.push(child);
    await once(child, 'spawn');
    return child.pid ?? 0;
  }

  /** Starts a CLI and records it as one of a server that no longer exists, with changes. */
  async function leftBehind(changes: Partial<ProcessRecord> = {}): Promise<number> {
    const pid = await start();
    await recordProcess({ pid, file: process.execPath, args: CHAT_ARGUMENTS }, folder);
    const path = join(folder, `${pid}.json`);
    const record = JSON.parse(await readFile(path, 'utf8')) as ProcessRecord;
    const server = { ...record.server, startTime: 'earlier' };
    await writeFile(path, JSON.stringify({ ...record, server, ...changes }));
    return pid;
  }

  /** @returns the lines that were logged */
  async function endLeftovers(): Promise<string> {
    const lines: string[] = [];
    const log = (line: string): void => void lines.push(line);
    await endLeftoverProcesses({ ...silentLogger, warn: log, debug: log }, folder);
    return lines.join('\n');
  }

  it('ends a CLI process whose server no longer exists, and logs a warning', async () => {
    const pid = await leftBehind();
    assert.match(await endLeftovers(), new RegExp(`pid=${pid} was left behind by a server that was killed`));
    await until('the CLI process has exited', () => !isAlive(pid));
    assert.deepEqual(await readdir(folder), []);
  });

  it('leaves a CLI process alone while its server is running', async () => {
    const pid = await start();
    const record = await recordProcess({ pid, file: process.execPath, args: CHAT_ARGUMENTS }, folder);
    assert.equal(await endLeftovers(), '');
    assert.equal(isAlive(pid), true);
    assert.deepEqual(await readdir(folder), [`${pid}.json`]);
    await record.remove();
    assert.deepEqual(await readdir(folder), []);
  });

  it('ends the noted descendants of a CLI that has exited since, but no later process with such an id', async () => {
    const [left, innocent] = [await start(), await start()];
    const columns = ['-A', '-o', 'pid=,ppid=,pgid=,lstart='];
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    const table = parsePsTable(execFileSync('/bin/ps', columns, { encoding: 'utf8', env }));
    const startTime = table.find(({ pid }) => pid === left)?.startTime ?? '';
    const descendants = [
      { pid: left, startTime },
      { pid: innocent, startTime: 'Mon Nov 3 09:08:07 2025' },
    ];
    await leftBehind({ descendants, startTime: 'earlier' });
    assert.match(await endLeftovers(), new RegExp(`pid=${left} outlived the CLI that started it`));
    await until('the descendant has exited', () => !isAlive(left));
    assert.equal(isAlive(innocent), true);
  });

  it('leaves a process alone that has the arguments and the tag of a CLI, but no record', async () => {
    await leftBehind();
    const innocent = await start();
    await endLeftovers();
    assert.equal(isAlive(innocent), true);
  });

  const innocents: readonly (readonly [string, Partial<ProcessRecord>])[] = [
    ['has the id of a recorded CLI, but started later', { startTime: 'earlier' }],
    ['has other arguments', { args: [...CHAT_ARGUMENTS, '--verbose'] }],
    ['has less arguments', { args: CHAT_ARGUMENTS.slice(0, -1) }],
    ['runs another program', { programs: ['/usr/local/bin/claude'] }],
    ['belongs to another container or run of the system', { system: 'another' }],
  ];
  for (const [what, changes] of innocents) {
    it(`leaves a process alone that ${what}`, async () => {
      const pid = await leftBehind(changes);
      assert.doesNotMatch(await endLeftovers(), /left behind/);
      assert.equal(isAlive(pid), true);
    });
  }

  it('ignores records that other users can write, and writes none beside them', async () => {
    const pid = await leftBehind();
    await chmod(folder, 0o777);
    assert.equal(await endLeftovers(), '');
    assert.equal(isAlive(pid), true);
    const cli = { pid, file: process.execPath, args: CHAT_ARGUMENTS };
    await assert.rejects(recordProcess(cli, folder), /other users can change the folder/);
    await chmod(folder, 0o700);
    const link = `${folder}-link`;
    await symlink(folder, link);
    await assert.rejects(recordProcess(cli, link), /other users can change the folder/);
  });

  it('ignores files that are not records', async () => {
    const pid = await leftBehind();
    const bad = ['', '{', '[]', '{"pid":1}', JSON.stringify({ pid, startTime: 1 })];
    for (const [at, text] of bad.entries()) await writeFile(join(folder, `bad${at}.json`), text);
    assert.match(await endLeftovers(), new RegExp(`pid=${pid} was left behind`));
  });

  it('finds records that only the user can read', async () => {
    const pid = await leftBehind();
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    assert.equal((await stat(join(folder, `${pid}.json`))).mode & 0o777, 0o600);
  });
});
