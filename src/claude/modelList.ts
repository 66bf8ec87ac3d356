/** The models of the CLI: asked for once, and what answers tell of them later. */
import type { Model } from '../core/backend.js';
import type { Effort } from '../core/chat.js';
import type { ResultMessage } from './process/incoming.js';
import type { ListedModel } from './conversation/initialize.js';

/** What every current model has at least, until the CLI reports the real figure. */
const CONTEXT_TOKENS = 200_000;

const EFFORTS: readonly Effort[] = ['low', 'medium', 'high', 'xhigh', 'max'];

export class ModelList {
  readonly #ask: () => Promise<readonly ListedModel[]>;
  readonly #learned = new Map<string, { contextLength?: number; maxOutputTokens?: number }>();
  #listed: Promise<readonly Model[]> | undefined;

  /** @param ask the CLI; asked again only when it failed */
  constructor(ask: () => Promise<readonly ListedModel[]>) {
    this.#ask = ask;
  }

  /** @throws ChatError when the CLI cannot tell */
  async models(): Promise<readonly Model[]> {
    this.#listed ??= this.#ask()
      .then((models) => models.map(asModel))
      .catch((error: unknown) => {
        this.#listed = undefined;
        throw error;
      });
    return (await this.#listed).map((model) => ({ ...model, ...this.#learned.get(model.resolved) }));
  }

  /** Takes note of what a result says about the models that were used. */
  learn(result: ResultMessage): void {
    for (const [id, model] of Object.entries(result.modelUsage ?? {})) {
      this.#learned.set(id, {
        ...(model.contextWindow ? { contextLength: model.contextWindow } : {}),
        ...(model.maxOutputTokens ? { maxOutputTokens: model.maxOutputTokens } : {}),
      });
    }
  }
}

function asModel(model: ListedModel): Model {
  return {
    value: model.value,
    resolved: model.resolvedModel ?? model.value,
    displayName: model.displayName ?? model.value,
    description: model.description ?? '',
    efforts: EFFORTS.filter((effort) => model.supportedEffortLevels?.includes(effort) === true),
    thinking: true,
    contextLength: CONTEXT_TOKENS,
  };
}
