/** What is known of the models: their ids, and the parameters that the API has refused for them. */
import type { Logger } from '../../core/log.js';
import type { ApiParameter, ModelTraits } from './apiOptions.js';

export class ModelTraitsMemory {
  readonly #idOf: (model: string) => string;
  readonly #log: Logger;
  /** By model id. */
  readonly #refused = new Map<string, Set<ApiParameter>>();

  /** @param idOf the model id for the CLI's name of a model */
  constructor(idOf: (model: string) => string, log: Logger) {
    this.#idOf = idOf;
    this.#log = log;
  }

  /** @param model the CLI's name */
  of(model: string): ModelTraits {
    const id = this.#idOf(model);
    return { id, refused: this.#refused.get(id) ?? new Set() };
  }

  /** Records that the API has refused a parameter. Later requests are sent without it. */
  refuse(model: string, parameter: ApiParameter): void {
    const id = this.#idOf(model);
    this.#refused.set(id, new Set([...(this.#refused.get(id) ?? []), parameter]));
    const what = parameter === 'thinking' ? 'thinking to be switched off' : `the parameter ${parameter}`;
    this.#log.warn(`[cli] the API does not take ${what} for ${id}; requests are sent without it`);
  }

  /** Takes a record back: the request failed without the parameter too. */
  allow(model: string, parameter: ApiParameter): void {
    const id = this.#idOf(model);
    this.#refused.set(id, new Set([...(this.#refused.get(id) ?? [])].filter((name) => name !== parameter)));
  }
}
