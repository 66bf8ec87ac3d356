import { canonicalName } from '../core/modelName.js';
import { asChatError, ChatError } from '../core/errors.js';
import type { Logger } from '../core/log.js';
import type { StoredModel } from '../core/storedModel.js';
import type { ModelStore } from './modelStore.js';

/** Pulls of clients that pull each model before they use it count, too. */
export const MAX_STORED_MODELS = 500;

/** The models that clients stored with `POST /api/create`, `/api/copy` and `/api/pull`. */
export interface StoredModels {
  /** From memory, except the first time. Empty while they cannot be read; the log says why. */
  list(): Promise<readonly StoredModel[]>;
  /**
   * Stores a model. Replaces the one of the same name in any case, which gives it its case, as in Ollama
   * (`getExistingName` in server/routes.go).
   * @throws ChatError `badRequest` when there are too many models, or the error of the store
   */
  put(model: StoredModel): Promise<void>;
  /** @returns false when no stored model has this name @throws ChatError of the store */
  delete(name: string): Promise<boolean>;
}

export function createStoredModels(store: ModelStore, log: Pick<Logger, 'error'>): StoredModels {
  let listed: Promise<readonly StoredModel[]> | undefined;
  /** Settles when the last change is done: changes happen one after the other. */
  let changes: Promise<unknown> = Promise.resolve();

  /** Reads the models again, because another server may use the same store. */
  function change<Result>(
    edit: (models: readonly StoredModel[]) => { models: readonly StoredModel[]; result: Result },
  ): Promise<Result> {
    const changed = changes.then(async () => {
      const { models, result } = edit(await store.load());
      await store.save(models);
      listed = Promise.resolve(models);
      return result;
    });
    changes = changed.catch(() => undefined);
    return changed;
  }

  const isNamed = (name: string) => {
    const canonical = canonicalName(name);
    return (model: StoredModel): boolean => canonicalName(model.name) === canonical;
  };

  return {
    list() {
      listed ??= store.load().catch((error: unknown) => {
        log.error(`[models] ${asChatError(error).message}`);
        return [];
      });
      return listed;
    },
    put: (model) =>
      change((models) => {
        const existing = models.find(isNamed(model.name));
        const others = models.filter((other) => other !== existing);
        if (others.length >= MAX_STORED_MODELS) {
          throw new ChatError(
            'badRequest',
            `There are already ${MAX_STORED_MODELS} stored models. Delete one first.`,
          );
        }
        return {
          models: [...others, { ...model, name: existing?.name ?? model.name }],
          result: undefined,
        };
      }),
    async delete(name) {
      if (!(await this.list()).some(isNamed(name))) return false;
      return change((models) => ({ models: models.filter((model) => !isNamed(name)(model)), result: true }));
    },
  };
}
