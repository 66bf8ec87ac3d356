/** Decides whether a failed request is sent to the model again. */
import type { ChatRequest } from '../../core/chat.js';
import type { ChatError } from '../../core/errors.js';
import { refusedParameter, type ApiParameter } from './apiOptions.js';
import type { Attempt } from './askModel.js';
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
   * Whether the request is sent again: after a lost connection, without a parameter that the API does not take, or for a
   * structured answer that is no JSON, which is repaired once.
   * @param attempt the failed one
   */
  allow(error: ChatError, attempt: Attempt): boolean {
    const { reader } = attempt;
    const { lane, format, buffered } = this.#request;
    if (lane !== 'chat' || reader === undefined) return false;
    if (reader.cut) return ++this.#lostConnections <= MAX_LOST_CONNECTIONS;
    if (reader.unusable && format !== undefined && buffered === true && attempt.repaired !== true) {
      attempt.repaired = true;
      return true;
    }
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
