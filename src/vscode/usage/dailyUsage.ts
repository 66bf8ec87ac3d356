/** The usage of today, over all windows of the user: one small file for each day, in the extension's storage folder. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asChatError } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import type { History, Totals } from '../activity/history.js';

export type Usage = Pick<Totals, 'requests' | 'failed' | 'promptTokens' | 'outputTokens' | 'costUsd'>;

export interface DailyUsage {
  /** As last read or written by this window. */
  readonly today: Usage;
  readonly dispose: () => void;
}

export const NO_USAGE: Usage = {
  requests: 0,
  failed: 0,
  promptTokens: 0,
  outputTokens: 0,
  costUsd: undefined,
};

const USAGE_FILE = /^usage-\d{4}-\d{2}-\d{2}\.json$/;

/** The local date: `2026-12-01`. @param time milliseconds since 1970 */
export function localDay(time: number): string {
  const date = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The sum of two usages. The cost is unknown only if both are. */
export function addUsage(one: Usage, other: Usage): Usage {
  const costs = [one.costUsd, other.costUsd].filter((cost) => cost !== undefined);
  return {
    requests: one.requests + other.requests,
    failed: one.failed + other.failed,
    promptTokens: one.promptTokens + other.promptTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    costUsd: costs.length === 0 ? undefined : costs.reduce((sum, cost) => sum + cost),
  };
}

/** What was used between two totals of one window. */
export function usageSince(before: Usage, now: Usage): Usage {
  return {
    requests: now.requests - before.requests,
    failed: now.failed - before.failed,
    promptTokens: now.promptTokens - before.promptTokens,
    outputTokens: now.outputTokens - before.outputTokens,
    costUsd: now.costUsd === undefined ? undefined : now.costUsd - (before.costUsd ?? 0),
  };
}

/** Reads a stored usage. Anything else counts as none. */
export function parseUsage(text: string): Usage {
  try {
    const stored = JSON.parse(text) as Partial<Record<keyof Usage, unknown>> | null;
    const count = (name: keyof Usage): number => {
      const value = stored?.[name];
      return typeof value === 'number' && value >= 0 ? value : 0;
    };
    return {
      requests: count('requests'),
      failed: count('failed'),
      promptTokens: count('promptTokens'),
      outputTokens: count('outputTokens'),
      costUsd: typeof stored?.costUsd === 'number' ? count('costUsd') : undefined,
    };
  } catch {
    return NO_USAGE;
  }
}

export interface DailyUsageOptions {
  readonly history: Pick<History, 'totals' | 'subscribe'>;
  /** The extension's storage folder, which all windows share. */
  readonly folder: string;
  readonly log: Logger;
  /** Called after `today` has changed. */
  readonly onChange: () => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export function watchDailyUsage(options: DailyUsageOptions): DailyUsage {
  const { history, folder, log, onChange, now = Date.now } = options;
  let counted: Usage = history.totals;
  let shown = { day: localDay(now()), usage: NO_USAGE };
  let previous: Promise<unknown> = Promise.resolve();
  const fileOf = (day: string): string => join(folder, `usage-${day}.json`);

  /** Adds to the file of today, and shows the sum. Windows that write at the same moment may lose one request. */
  async function add(used: Usage): Promise<void> {
    const day = localDay(now());
    const file = fileOf(day);
    const stored = parseUsage(await readFile(file, 'utf8').catch(() => ''));
    const usage = addUsage(stored, used);
    shown = { day, usage };
    onChange();
    if (used.requests === 0) return;
    const draft = `${file}.${process.pid}`;
    await mkdir(folder, { recursive: true });
    await writeFile(draft, JSON.stringify(usage), { mode: 0o600 });
    await rename(draft, file);
  }

  function queue(used: Usage): void {
    previous = previous
      .then(() => add(used))
      .catch((error: unknown) => log.warn(`[usage] cannot be stored: ${asChatError(error).message}`));
  }

  /** Only today is shown, so the files of other days are of no use. */
  async function removeOldFiles(): Promise<void> {
    const names = await readdir(folder).catch(() => []);
    const old = names.filter(
      (name) => USAGE_FILE.test(name) && join(folder, name) !== fileOf(localDay(now())),
    );
    await Promise.all(old.map((name) => rm(join(folder, name), { force: true })));
  }

  queue(NO_USAGE);
  // Not awaited: nothing depends on it, and a file that stays does no harm.
  void removeOldFiles().catch(() => undefined);
  const unsubscribe = history.subscribe(() => {
    const used = usageSince(counted, history.totals);
    if (used.requests === 0) return;
    counted = history.totals;
    queue(used);
  });
  return {
    get today() {
      return shown.day === localDay(now()) ? shown.usage : NO_USAGE;
    },
    dispose: unsubscribe,
  };
}
