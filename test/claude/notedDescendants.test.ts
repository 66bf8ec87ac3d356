/** Ends what a dead CLI has left, without a tag in the environment, which macOS hides. The same code runs on Linux here. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newProcessTag } from '../../src/claude/process/leftoverProcesses.js';
import { DescendantNotes, type NotedProcess } from '../../src/claude/process/notedDescendants.js';
import { startProcess } from '../../src/claude/process/process.js';
import { ProcessKeeper } from '../../src/claude/process/processKeeper.js';
import { readRecords } from '../../src/claude/process/processRecords.js';
import { silentLogger } from '../../src/core/log.js';
import { isAlive, pidsIn } from '../support/processes.js';
import { until } from '../support/until.mjs';

/** A CLI that runs a command in a session of its own, prints the command's id, and lets it start a program on request. */
const CLI = `
const { spawn } = require('node:child_process');
const script = 'read line; sleep 1000 & echo $!; sleep 1000';
const shell = spawn('/bin/sh', ['-c', script], { detached: true, env: {}, stdio: ['pipe', 'inherit', 'ignore'] });
process.stdin.pipe(shell.stdin);
console.log(shell.pid);
if (process.env.PIDS) require('node:fs').writeFileSync(process.env.PIDS, shell.pid + '\\n');
setInterval(() => undefined, 1e6);
`;

describe('the noted descendants of a CLI', function () {
  this.timeout(60_000);
  const started: ChildProcess[] = [];
  let folder: string;
  /** The process groups of the commands. */
  const groups: number[] = [];

  before(function () {
    if (process.platform === 'win32') this.skip();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'noted-'));
  });
  afterEach(async () => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    for (const group of groups.splice(0)) endGroup(group);
    await rm(folder, { recursive: true });
  });

  function endGroup(group: number): void {
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      // All members have exited.
    }
  }

  async function start(notes: DescendantNotes) {
    const child = spawn(process.execPath, ['-e', CLI], { stdio: ['pipe', 'pipe', 'inherit'] });
    started.push(child);
    let noted: readonly NotedProcess[] = [];
    notes.watch(child.pid ?? 0, (now) => (noted = now));
    const output = child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false });
    const readPid = async (): Promise<number> => Number((await output.next()).value);
    const shell = await readPid();
    groups.push(shell);
    notes.update();
    return {
      pid: child.pid ?? 0,
      shell,
      startProgram: () => {
        child.stdin.write('go\n');
        return readPid();
      },
      isNoted: (pid: number) => until('it is noted', () => noted.some((each) => each.pid === pid)),
      async kill() {
        child.kill('SIGKILL');
        await once(child, 'exit');
      },
    };
  }

  function notesOf(lines: string[] = []): DescendantNotes {
    const log = { ...silentLogger, warn: (line: string) => void lines.push(line) };
    return new DescendantNotes({ log, isBusy: () => true, platform: 'darwin' });
  }

  it('end after it was killed, in whatever session they run', async () => {
    const lines: string[] = [];
    const notes = notesOf(lines);
    const cli = await start(notes);
    await cli.isNoted(cli.shell);
    await cli.kill();
    assert.equal(isAlive(cli.shell), true);
    await notes.endOrphans(cli.pid);
    await until('the command has ended', () => !isAlive(cli.shell));
    assert.match(lines.join('\n'), /^\[cli\] pid=[\d,]+ outlived the CLI that started it: ending it$/);
  });

  it('are looked up again while a request is answered', async () => {
    const notes = notesOf();
    const cli = await start(notes);
    await cli.isNoted(cli.shell);
    const program = await cli.startProgram();
    await cli.isNoted(program);
    await cli.kill();
    process.kill(cli.shell, 'SIGKILL');
    await until('the shell has ended', () => !isAlive(cli.shell));
    await notes.endOrphans(cli.pid);
    await until('the program has ended', () => !isAlive(program));
  });

  it('do not include those of another CLI', async () => {
    const notes = notesOf();
    const [cli, other] = [await start(notes), await start(notes)];
    await cli.isNoted(cli.shell);
    await other.isNoted(other.shell);
    await cli.kill();
    await notes.endOrphans(cli.pid);
    await until('the command has ended', () => !isAlive(cli.shell));
    assert.equal(isAlive(other.shell), true);
  });

  it('are recorded, and end when the CLI of a server crashes', async () => {
    const log = silentLogger;
    const keeper = new ProcessKeeper({ log, isBusy: () => true, platform: 'darwin' });
    const env = { PIDS: join(folder, 'pids') };
    const args = ['-e', CLI];
    const cli = await startProcess({ file: process.execPath, args, env, folder }, log);
    keeper.keep({ process: cli, file: process.execPath, args, tag: newProcessTag() });
    await until('the command runs', () => pidsIn(env.PIDS).length === 1);
    const [shell = 0] = pidsIn(env.PIDS);
    groups.push(shell);
    const isRecorded = async (): Promise<boolean> =>
      (await readRecords()).some(({ descendants }) => descendants.some(({ pid }) => pid === shell));
    await until('it is recorded', isRecorded);
    process.kill(cli.pid ?? 0, 'SIGKILL');
    assert.equal((await cli.ended).requested, false);
    await keeper.close();
    await until('the command has ended', () => !isAlive(shell));
    assert.equal(await isRecorded(), false);
  });

  it('are not looked up on a system that shows every environment', async () => {
    const notes = new DescendantNotes({ log: silentLogger, isBusy: () => true, platform: 'linux' });
    const cli = await start(notes);
    await cli.kill();
    await notes.endOrphans(cli.pid);
    assert.equal(isAlive(cli.shell), true);
  });
});
