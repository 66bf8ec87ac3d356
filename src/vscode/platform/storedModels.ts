/** The models that clients have created, in a file that all windows of the user share. */
import { join } from 'node:path';
import { EventEmitter, RelativePattern, type Disposable, type Event, type Uri, workspace } from 'vscode';
import { asChatError } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import type { StoredModel } from '../../core/storedModel.js';
import { createFileStore, type ModelStore } from '../../server/server.js';

const FILE = 'models.jsonl';

export interface StoredModelFile extends Disposable {
  /** For the endpoint, which only one window has. */
  readonly store: ModelStore;
  /** What the file holds now. Empty when it cannot be read; the log says why. */
  read(): Promise<readonly StoredModel[]>;
  /** Fires when any window has changed the file. */
  readonly onChange: Event<void>;
}

/** @param storageFolder the extension's global storage folder, which all windows on this machine share */
export function watchStoredModels(storageFolder: Uri, log: Logger): StoredModelFile {
  const file = createFileStore(join(storageFolder.fsPath, FILE), log);
  const changed = new EventEmitter<void>();
  const watcher = workspace.createFileSystemWatcher(new RelativePattern(storageFolder, FILE));
  const fire = (): void => changed.fire();
  const subscriptions = [watcher.onDidCreate(fire), watcher.onDidChange(fire), watcher.onDidDelete(fire)];
  return {
    store: {
      load: () => file.load(),
      async save(models) {
        await file.save(models);
        // At once in this window. The watcher, which may be late, is for the other windows.
        fire();
      },
    },
    onChange: changed.event,
    async read() {
      try {
        return await file.load();
      } catch (error) {
        log.error(`[models] ${asChatError(error).message}`);
        return [];
      }
    },
    dispose() {
      for (const part of [...subscriptions, watcher, changed]) part.dispose();
    },
  };
}
