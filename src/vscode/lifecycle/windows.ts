/** Communication with the other windows of the same user, of which only one can have the port. */
import { join } from 'node:path';
import { asChatError } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import { reachableHost, requestWindow, type WindowReport } from '../../server/server.js';
import type { ListenConfig } from './desiredConfig.js';
import { readOrCreateKey } from './windowKey.js';

export interface Windows {
  /** The secret that all windows of the user share. `undefined` when it cannot be stored: then they cannot communicate. */
  key(): string | undefined;
  /**
   * What the window that listens there is doing. `undefined` when it cannot prove that it is a window of this user: another
   * program, an older version of this extension, or a window of another editor.
   */
  fetchReport(listen: ListenConfig): Promise<WindowReport | undefined>;
  /** Asks the window that listens there to release the port. Resolves to whether it agreed. */
  requestPort(listen: ListenConfig): Promise<boolean>;
}

const KEY_FILE = 'window-key';

/** @param storageFolder the extension's global storage folder, which all windows on this machine share */
export function createWindows(storageFolder: string, log: Logger): Windows {
  let failed = false;

  /** Reads the file each time: another window may have replaced a bad key. */
  function key(): string | undefined {
    if (failed) return undefined;
    try {
      return readOrCreateKey(join(storageFolder, KEY_FILE));
    } catch (error) {
      failed = true;
      log.warn(`[windows] cannot communicate with other windows: ${asChatError(error).message}`);
      return undefined;
    }
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
