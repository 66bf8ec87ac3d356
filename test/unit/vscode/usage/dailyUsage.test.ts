import assert from 'node:assert/strict';
import { once, EventEmitter } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../support/until.mjs';
import { silentLogger } from '../../../../src/core/log.js';
import { createHistory } from '../../../../src/vscode/activity/history.js';
import {
  addUsage,
  localDay,
  NO_USAGE,
  parseUsage,
  usageSince,
  watchDailyUsage,
} from '../../../../src/vscode/usage/dailyUsage.js';

const NOON = new Date(2026, 10, 24, 12).getTime();
const DAY_MS = 86_400_000;
const USED = { requests: 1, failed: 0, promptTokens: 12, outputTokens: 34, costUsd: 0.01 };

describe('the usage of a day', () => {
  const folders: string[] = [];
  const newFolder = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'usage-'));
    folders.push(folder);
    return folder;
  };
  afterEach(async () => {
    // A window that is still open may be writing.
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, maxRetries: 5 });
  });

  /** A window with its own history. */
  function openWindow(folder: string, now: () => number) {
    const events = new EventEmitter();
    const history = createHistory();
    const usage = watchDailyUsage({
      history,
      folder,
      log: silentLogger,
      onChange: () => events.emit('change'),
      now,
    });
    const changed = () => once(events, 'change');
    const finishChat = async (): Promise<void> => {
      const change = changed();
      const chat = { label: '#1', client: '', model: 'm', lane: 'chat', startedAt: 0 } as const;
      history
        .watch({ ...chat, cancel: () => undefined })
        .end({ totalMs: 1, promptTokens: 12, outputTokens: 34, costUsd: 0.01, cancelled: false });
      await change;
    };
    return { usage, changed, finishChat };
  }

  it('adds up the requests of all windows', async () => {
    const folder = await newFolder();
    const first = openWindow(folder, () => NOON);
    await first.changed();
    await first.finishChat();
    await first.finishChat();
    const file = join(folder, 'usage-2026-11-24.json');
    // The file is written after the change was reported.
    const stored = async (): Promise<number> =>
      parseUsage(await readFile(file, 'utf8').catch(() => '')).requests;
    await until('the file', stored, { fits: (requests) => requests === 2 });
    const second = openWindow(folder, () => NOON);
    await second.changed();
    assert.deepEqual(second.usage.today, { ...addUsage(USED, USED) });
    await second.finishChat();
    assert.equal(second.usage.today.requests, 3);
    await until('the file', stored, { fits: (requests) => requests === 3 });
  });

  it('starts again on the next day, with a file of its own', async () => {
    const folder = await newFolder();
    let now = NOON;
    const { usage, changed, finishChat } = openWindow(folder, () => now);
    await changed();
    await finishChat();
    now += DAY_MS;
    assert.deepEqual(usage.today, NO_USAGE);
    await finishChat();
    assert.equal(usage.today.requests, 1);
    await until('the files', () => readdir(folder), {
      fits: (names) => names.filter((name) => name.endsWith('.json')).length === 2,
    });
  });

  it('removes the files of earlier days when a window opens', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'usage-2026-11-20.json'), '{}');
    await writeFile(join(folder, 'window-key'), 'x');
    await writeFile(join(folder, 'usage-2026-11-24.json'), JSON.stringify(USED));
    const { usage, changed } = openWindow(folder, () => NOON);
    await changed();
    assert.equal(usage.today.requests, 1);
    await until('the files', () => readdir(folder), { fits: (names) => names.length === 2 });
    assert.deepEqual((await readdir(folder)).sort(), ['usage-2026-11-24.json', 'window-key']);
  });

  it('counts a file that cannot be read as no usage', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, `usage-${localDay(NOON)}.json`), '{"requests":');
    const { usage, changed } = openWindow(folder, () => NOON);
    await changed();
    assert.deepEqual(usage.today, NO_USAGE);
    assert.deepEqual(parseUsage('{"requests":-1,"costUsd":"x"}'), NO_USAGE);
    assert.deepEqual(parseUsage('null'), NO_USAGE);
  });

  it('has an unknown cost only if no part has one', () => {
    assert.equal(addUsage(USED, { ...USED, costUsd: undefined }).costUsd, 0.01);
    assert.equal(addUsage(NO_USAGE, NO_USAGE).costUsd, undefined);
    assert.deepEqual(usageSince(USED, addUsage(USED, USED)), USED);
  });
});
