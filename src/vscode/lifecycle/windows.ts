/** Communication with the other windows of the same user, of which only one can have the port. */
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asChatError } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import { reachableHost, requestWindow, type WindowReport } from '../../server/server.js';
import type { ListenConfig } from './desiredConfig.js';

export interface Windows {
  /** The secret that all windows of the user share. `undefined` when it cannot be stored: then they cannot communicate. */
  key(): string | undefined;
  /**
   * What the window that listens there is doing. `undefined` when it does not answer: an older version of this
   * extension, or a window of another editor.
   */
  fetchReport(listen: ListenConfig): Promise<WindowReport | undefined>;
  /** Asks the window that listens there to release the port. Resolves to whether it agreed. */
  requestPort(listen: ListenConfig): Promise<boolean>;
}

const KEY_FILE = 'window-key';
const KEY_BYTES = 32;

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** Writes a draft and links it, so that no window reads a partial key, and the first of several windows wins. */
function createKeyFile(file: string): void {
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

function readOrCreateKey(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    createKeyFile(file);
    return readFileSync(file, 'utf8');
  }
}

/** @param storageFolder the extension's global storage folder, which all windows on this machine share */
export function createWindows(storageFolder: string, log: Logger): Windows {
  let cachedKey: string | undefined;
  let failed = false;

  function key(): string | undefined {
    if (failed) return undefined;
    try {
      cachedKey ??= readOrCreateKey(join(storageFolder, KEY_FILE));
    } catch (error) {
      failed = true;
      log.warn(`[windows] cannot communicate with other windows: ${asChatError(error).message}`);
    }
    return cachedKey;
  }

  async function send(
    method: 'GET' | 'POST',
    { host, port }: ListenConfig,
  ): Promise<WindowReport | undefined> {
    const sharedKey = key();
    return sharedKey === undefined
      ? undefined
      : requestWindow({ host: reachableHost(host), port, key: sharedKey, method });
  }

  return {
    key,
    fetchReport: (listen) => send('GET', listen),
    requestPort: async (listen) => (await send('POST', listen)) !== undefined,
  };
}
