/** This window and the others of the same user, which can have the port only one at a time. */
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asChatError } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import { reachableHost, requestWindow, type WindowReport } from '../../server/server.js';
import type { ListenConfig } from './desiredConfig.js';

export interface Windows {
  /** The key that all of them share; `undefined` when it cannot be had, and then they do not speak with each other. */
  key(): string | undefined;
  /** What the window that serves there tells. `undefined` when it tells nothing: an older one, or another editor's. */
  look(listen: ListenConfig): Promise<WindowReport | undefined>;
  /** Asks it for the port. Whether it lets go. */
  ask(listen: ListenConfig): Promise<boolean>;
}

const KEY_FILE = 'window-key';
const KEY_BYTES = 32;

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** Written elsewhere and then linked, so that nobody reads a part of it, and the first of several windows wins. */
function makeKey(file: string): void {
  const draft = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(draft, randomBytes(KEY_BYTES).toString('hex'), { mode: 0o600 });
    linkSync(draft, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    makeKey(file);
    return readFileSync(file, 'utf8');
  }
}

/** @param folder this extension's own, the same for every window on this machine */
export function createWindows(folder: string, log: Logger): Windows {
  let known: string | undefined;
  let failed = false;

  function key(): string | undefined {
    if (failed) return undefined;
    try {
      known ??= readKey(join(folder, KEY_FILE));
    } catch (error) {
      failed = true;
      log.warn(`[windows] cannot speak with other windows: ${asChatError(error).message}`);
    }
    return known;
  }

  async function speak(
    method: 'GET' | 'POST',
    { host, port }: ListenConfig,
  ): Promise<WindowReport | undefined> {
    const shared = key();
    return shared === undefined
      ? undefined
      : requestWindow({ host: reachableHost(host), port, key: shared, method });
  }

  return {
    key,
    look: (listen) => speak('GET', listen),
    ask: async (listen) => (await speak('POST', listen)) !== undefined,
  };
}
