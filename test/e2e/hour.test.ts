import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { median, slopeOf } from '../support/statistics.js';
import { until } from '../support/until.mjs';
import { ERRANDS, errandReply } from './errands.js';
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
/** What is loaded once, and a heap that finds its size, is no growth. */
const WARM_UP_MINUTES = MINUTES / 6;
const REQUESTS_PER_SECOND = 2;
const CLIENTS = 4;
const LOOK_MS = SOAK ? 5000 : 250;
/** The backend's default: processes at once. */
const LIMIT = 4;
/** The catalogue's bound, megabytes a minute. A heap that breathes is no trend in seconds, so only an hour shows it. */
const GROWTH = 1;
/** What a short run may grow by in all, megabytes. */
const SHORT_GROWTH = 48;
const MINUTE_MS = 60_000;
const ZOMBIE_MINUTES = 0.5;

interface Look {
  readonly minute: number;
  readonly megabytes: number;
  readonly files: number;
}

/** What is in these folders. The CLI's own place among the temporary files does not count. */
async function entriesIn(folders: readonly string[]): Promise<string[]> {
  const names = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((name) => join(folder, name))),
  );
  return names
    .flat()
    .filter((path) => !/\/claude-\d+$/.test(path))
    .toSorted();
}

describe(`the program at work for ${SOAK ? 'an hour' : 'a while'}`, function () {
  this.timeout(SOAK ? 2 * 3_600_000 : 240_000);

  it('answers everybody, keeps its memory and its files, and leaves nothing behind', async function () {
    if (!HAS_PROCESS_TABLE) this.skip();
    const temporary = await mkdtemp(join(tmpdir(), 'hour-'));
    const headless = await startHeadless({
      respond: errandReply,
      // The first keeps the waits between the CLI's own attempts short.
      env: { CLAUDE_CODE_MAX_RETRIES: '1', TMPDIR: temporary },
    });
    const { url, pid, environment, kill } = headless;
    let begun = performance.now();
    const minute = (): number => (performance.now() - begun) / MINUTE_MS;
    const looks: Look[] = [];
    const problems: string[] = [];
    let sent = 0;
    let errands = 0;
    /** Since when, in minutes, a process has been dead without the program's having taken notice. */
    let dead = new Map<number, number>();

    function look(): void {
      looks.push({ minute: minute(), megabytes: residentBytes(pid) / 1e6, files: openFiles(pid) });
      const processes = childrenIn(environment.workspace, pid).length;
      if (processes > LIMIT) problems.push(`${processes} processes at once`);
      // One that has just ended is in the table for a moment, which is long on a busy machine.
      dead = new Map(zombiesOf(pid).map((zombie) => [zombie, dead.get(zombie) ?? minute()]));
      for (const [zombie, since] of dead) {
        if (minute() - since > ZOMBIE_MINUTES) problems.push(`process ${zombie} is a zombie`);
      }
    }

    /** Requests leave at their rate, however soon they are answered; late ones are not made up for. */
    let next = performance.now();
    async function pace(): Promise<void> {
      const now = performance.now();
      next = Math.max(now, next) + 1000 / REQUESTS_PER_SECOND;
      await delay(next - now);
      sent++;
    }

    async function client(): Promise<void> {
      while (minute() < MINUTES && problems.length === 0) {
        const number = errands++;
        const errand = ERRANDS[number % ERRANDS.length]!;
        await errand(url, number, pace).catch((error: unknown) => {
          problems.push(`errand ${number} (${errand.name}), minute ${minute().toFixed(1)}: ${String(error)}`);
        });
      }
    }

    // What the CLI keeps of itself is in a folder of its own.
    const folders = [environment.workspace, environment.env['HOME'] ?? '', temporary];
    let filesBefore: string[] = [];
    let filesAfter: string[] = [];
    const watch = setInterval(look, LOOK_MS);
    try {
      // One of each, which makes the CLI write what it writes once.
      for (const errand of ERRANDS) await errand(url, errands++, () => Promise.resolve());
      filesBefore = await entriesIn(folders);
      begun = performance.now();
      looks.length = 0;
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
    const rest = looks.filter((one) => one.minute >= WARM_UP_MINUTES);
    const part = Math.ceil(rest.length / 5);
    const [early, late] = [rest.slice(0, part), rest.slice(-part)];
    const files = [early, late].map((some) => median(some.map((one) => one.files)));
    const memory = [early, late].map((some) => median(some.map((one) => one.megabytes)));
    const slope = slopeOf(rest.map((one) => [one.minute, one.megabytes]));
    console.log(
      `      ${errands} errands, ${sent} requests in ${minute().toFixed(1)} minutes; memory ` +
        `${memory.map((value) => value?.toFixed(1)).join(' → ')} MB, ${slope.toFixed(3)} MB a minute; ` +
        `files ${files.join(' → ')}`,
    );
    assert.ok(Math.abs(files[1]! - files[0]!) <= 4, `open files: ${files.join(', then ')}`);
    if (SOAK) assert.ok(slope < GROWTH, `memory grows by ${slope.toFixed(2)} MB a minute`);
    else assert.ok(memory[1]! - memory[0]! < SHORT_GROWTH, `memory: ${memory.join(', then ')} MB`);
  });
});
