import { stat } from 'node:fs/promises';
import type { Logger } from '../core/log.js';
import type { ModelStore } from './modelStore.js';

/** Keeps models in a file, see `modelFile.ts`. Its code is loaded when there is a file to read or to write. */
export function createFileStore(file: string, log: Pick<Logger, 'warn'>): ModelStore {
  let opened: Promise<ModelStore> | undefined;
  const open = (): Promise<ModelStore> =>
    (opened ??= import('./modelManagement.js').then(({ createModelFile }) => createModelFile(file, log)));
  return {
    async load() {
      const found = await stat(file).catch((error: unknown) => error);
      const isMissing = found instanceof Error && 'code' in found && found.code === 'ENOENT';
      return isMissing ? [] : (await open()).load();
    },
    save: async (models) => (await open()).save(models),
  };
}
