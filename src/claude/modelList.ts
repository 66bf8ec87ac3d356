/**
 * The models that the CLI offers: listed once. What results report about them fills gaps, and never replaces what was listed:
 * clients read the context length once, before their first question.
 */
import type { Model } from '../core/backend.js';
import { EFFORTS } from '../core/chat.js';
import type { ResultMessage } from './process/incoming.js';
import type { ListedModel } from './conversation/initialize.js';

/** Tokens. The smallest context of the current models, for a CLI that does not report the actual one. */
const DEFAULT_CONTEXT_LENGTH = 200_000;

/** Tokens. */
interface ReportedLimits {
  readonly contextLength?: number;
  readonly maxOutputTokens?: number;
}

export class ModelList {
  readonly #fetch: () => Promise<readonly ListedModel[]>;
  /** What results reported, by model id. */
  readonly #reported = new Map<string, ReportedLimits>();
  readonly #ids = new Map<string, string>();
  #listed: Promise<readonly ListedModel[]> | undefined;

  /** @param fetch asks the CLI; called once, and again only after it has failed */
  constructor(fetch: () => Promise<readonly ListedModel[]>) {
    this.#fetch = fetch;
  }

  /** @throws ChatError if the CLI cannot list its models */
  async models(): Promise<readonly Model[]> {
    this.#listed ??= this.#fetch()
      .then((models) => {
        for (const model of models) this.#ids.set(model.value, resolvedId(model));
        return models;
      })
      .catch((error: unknown) => {
        this.#listed = undefined;
        throw error;
      });
    return (await this.#listed).map((model) => toModel(model, this.#reported.get(resolvedId(model))));
  }

  /** The model id for the CLI's name of a model. The name itself until the models are listed. */
  idOf(value: string): string {
    return this.#ids.get(value) ?? value;
  }

  /** Records what a result reports about the models that it used. */
  learn(result: ResultMessage): void {
    for (const [id, model] of Object.entries(result.modelUsage ?? {})) {
      this.#reported.set(id, {
        ...(model.contextWindow ? { contextLength: model.contextWindow } : {}),
        ...(model.maxOutputTokens ? { maxOutputTokens: model.maxOutputTokens } : {}),
      });
    }
  }
}

function resolvedId({ value, resolvedModel = value }: ListedModel): string {
  return resolvedModel;
}

function toModel(model: ListedModel, reported: ReportedLimits = {}): Model {
  const defaultEffort = EFFORTS.find((effort) => effort === model.defaultEffort);
  return {
    value: model.value,
    resolved: resolvedId(model),
    displayName: model.displayName ?? model.value,
    description: model.description ?? '',
    efforts: EFFORTS.filter((effort) => model.supportedEffortLevels?.includes(effort) === true),
    thinking: true,
    contextLength: model.contextLength ?? reported.contextLength ?? DEFAULT_CONTEXT_LENGTH,
    ...(reported.maxOutputTokens === undefined ? {} : { maxOutputTokens: reported.maxOutputTokens }),
    ...(defaultEffort === undefined ? {} : { defaultEffort }),
  };
}
