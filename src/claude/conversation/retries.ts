/** Decides whether a failed request is sent to the model again. */
import type { ChatRequest } from '../../core/chat.js';
import type { ChatError } from '../../core/errors.js';
import type { TurnReader } from '../turn/turnReader.js';
import { refusedParameter, type ApiParameter } from './apiOptions.js';
import type { ModelTraitsMemory } from './modelTraits.js';
import { setupFor } from './processSetup.js';

/** How often an answer whose connection broke is requested again. */
const MAX_LOST_CONNECTIONS = 2;

/** The retries of one request. */
export class Retries {
  readonly #request: ChatRequest;
  readonly #models: ModelTraitsMemory;
  #lostConnections = 0;
  /** The parameter that the last attempt left out. */
  #leftOut: ApiParameter | undefined;

  constructor(request: ChatRequest, models: ModelTraitsMemory) {
    this.#request = request;
    this.#models = models;
  }

  /**
   * Whether the request is sent again: after a lost connection, or without a parameter that the API does not take.
   * @param reader of the failed answer
   */
  allow(error: ChatError, reader: TurnReader | undefined): boolean {
    if (this.#request.lane !== 'chat' || reader === undefined) return false;
    if (reader.cut) return ++this.#lostConnections <= MAX_LOST_CONNECTIONS;
    if (error.kind !== 'badRequest' || reader.hasBegun) return false;
    const { model } = this.#request;
    const { api } = setupFor(this.#request, this.#models.of(model));
    const parameter = refusedParameter(error.message, api);
    if (parameter === undefined) {
      // The parameter that was left out was not the reason.
      if (this.#leftOut !== undefined) this.#models.allow(model, this.#leftOut);
      return false;
    }
    this.#leftOut = parameter;
    this.#models.refuse(model, parameter);
    return true;
  }
}
