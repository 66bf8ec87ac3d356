import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { median, slopeOf } from '../support/statistics.js';
import { until } from '../support/until.mjs';
import { CLIENT_TASKS, taskReply } from './clientTasks.js';
import { startHeadless } from '../support/headless.js';
import {
  childrenIn,
  HAS_PROCESS_TABLE,
  openFiles,
  processesIn,
  residentBytes,
  zombiesOf,
} from '../support/processTable.js';

const SOAK = process.env['SOAK'] === '1';
const MINUTES = SOAK ? 60 : 0.06;
/** Growth during the warm-up does not count: code is loaded, and the heap finds its size. */
const WARM_UP_MINUTES = MINUTES / 6;
const REQUESTS_PER_SECOND = 2;
const CLIENTS = 4;
const SAMPLE_MS = SOAK ? 5000 : 250;
/** The default limit of CLI processes. */
const MAX_PROCESSES = 4;
/** The server's open files for each CLI process. */
const PIPES = 3;
/** The allowed growth in megabytes per minute. Only an hour shows a trend: the heap's size varies within seconds. */
const MAX_GROWTH = 1;
/** The allowed growth of a short run in megabytes. */
const MAX_SHORT_GROWTH = 48;
const MINUTE_MS = 60_000;
/** How long an exited process may remain a zombie on a busy machine. */
const MAX_ZOMBIE_MINUTES = 0.5;

interface Sample {
  readonly minute: number;
  readonly megabytes: number;
  /** The server's open files, without the pipes to the CLI processes. */
  readonly files: number;
}

/** The entries of these folders, except the CLI's own folder among the temporary files. */
async function entriesIn(folders: readonly string[]): Promise<string[]> {
  const names = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((name) => join(folder, name))),
  );
  return names
    .flat()
    .filter((path) => !/\/claude-\d+$/.test(path))
    .toSorted();
}

describe(`the server under load for ${SOAK ? 'an hour' : 'a while'}`, function () {
  this.timeout(SOAK ? 2 * 3_600_000 : 240_000);

  it('answers every request, does not grow, and leaves no process and no file behind', async function () {
    if (!HAS_PROCESS_TABLE) this.skip();
    const temporary = await mkdtemp(join(tmpdir(), 'hour-'));
    const headless = await startHeadless({
      respond: taskReply,
      // CLAUDE_CODE_MAX_RETRIES keeps the CLI's own retries short.
      env: { CLAUDE_CODE_MAX_RETRIES: '1', TMPDIR: temporary },
    });
    const { url, pid, environment, kill } = headless;
    let begun = performance.now();
    const minute = (): number => (performance.now() - begun) / MINUTE_MS;
    const samples: Sample[] = [];
    const problems: string[] = [];
    let sent = 0;
    let tasks = 0;
    /** The minute in which each zombie was first seen. */
    let zombies = new Map<number, number>();

    function sample(): void {
      const processes = childrenIn(environment.workspace, pid).length;
      // The number of processes varies up to the limit, and each has three pipes: stdin, stdout and stderr.
      const files = openFiles(pid) - PIPES * processes;
      samples.push({ minute: minute(), megabytes: residentBytes(pid) / 1e6, files });
      if (processes > MAX_PROCESSES) problems.push(`${processes} processes at once`);
      zombies = new Map(zombiesOf(pid).map((zombie) => [zombie, zombies.get(zombie) ?? minute()]));
      for (const [zombie, since] of zombies) {
        if (minute() - since > MAX_ZOMBIE_MINUTES) problems.push(`process ${zombie} is a zombie`);
      }
    }

    /** Limits the rate of requests. Missed requests are not made up for. */
    let next = performance.now();
    async function pace(): Promise<void> {
      const now = performance.now();
      next = Math.max(now, next) + 1000 / REQUESTS_PER_SECOND;
      await delay(next - now);
      sent++;
    }

    async function client(): Promise<void> {
      while (minute() < MINUTES && problems.length === 0) {
        const number = tasks++;
        const task = CLIENT_TASKS[number % CLIENT_TASKS.length]!;
        await task(url, number, pace).catch((error: unknown) => {
          problems.push(`task ${number} (${task.name}), minute ${minute().toFixed(1)}: ${String(error)}`);
        });
      }
    }

    // Without the CLI's configuration folder, in which it keeps its own files.
    const folders = [environment.workspace, environment.env['HOME'] ?? '', temporary];
    let filesBefore: string[] = [];
    let filesAfter: string[] = [];
    const watch = setInterval(sample, SAMPLE_MS);
    try {
      // Every task once, so that the CLI has written what it writes once.
      for (const task of CLIENT_TASKS) await task(url, tasks++, () => Promise.resolve());
      filesBefore = await entriesIn(folders);
      begun = performance.now();
      samples.length = 0;
      await Promise.all(Array.from({ length: CLIENTS }, client));
      filesAfter = await entriesIn(folders);
      await until('no zombie is left', () => zombiesOf(pid).length === 0);
    } finally {
      clearInterval(watch);
      await kill('SIGTERM');
      const left = processesIn(environment.workspace);
      await headless.stop({ lenient: true });
      await rm(temporary, { recursive: true });
      assert.deepEqual(left, []);
    }
    assert.deepEqual(problems, []);
    assert.deepEqual(filesAfter, filesBefore, 'files were left behind');
    const measured = samples.filter((one) => one.minute >= WARM_UP_MINUTES);
    const part = Math.ceil(measured.length / 5);
    const [early, late] = [measured.slice(0, part), measured.slice(-part)];
    const files = [early, late].map((some) => median(some.map((one) => one.files)));
    const memory = [early, late].map((some) => median(some.map((one) => one.megabytes)));
    const slope = slopeOf(measured.map((one) => [one.minute, one.megabytes]));
    console.log(
      `      ${tasks} tasks, ${sent} requests in ${minute().toFixed(1)} minutes; memory ` +
        `${memory.map((value) => value?.toFixed(1)).join(' → ')} MB, ${slope.toFixed(3)} MB per minute; ` +
        `files ${files.join(' → ')}`,
    );
    assert.ok(Math.abs(files[1]! - files[0]!) <= 4, `open files: ${files.join(', then ')}`);
    if (SOAK) assert.ok(slope < MAX_GROWTH, `memory grows by ${slope.toFixed(2)} MB per minute`);
    else assert.ok(memory[1]! - memory[0]! < MAX_SHORT_GROWTH, `memory: ${memory.join(', then ')} MB`);
  });
});
