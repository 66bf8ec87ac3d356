/** Asks the CLI what it does with each of its models: the context length and the effort. Makes no request to the API. */
import * as v from 'valibot';
import { DEFAULT_MODEL } from '../../core/backend.js';
import type { JsonObject } from '../../core/json.js';
import type { modelListSchema } from '../process/incoming.js';
import type { Channel } from './channel.js';
import { settings } from './processSetup.js';

/** What the CLI does with a model. A field is absent if the CLI does not report it. */
export interface ModelLimits {
  /** Tokens. */
  readonly contextLength?: number;
  /** The effort of a request without one; a name of the CLI. */
  readonly defaultEffort?: string;
}

/** A model as the CLI lists it. */
export type CliModel = v.InferOutput<typeof modelListSchema>['models'][number];

/** How long the CLI may take for all models. It usually needs 100 milliseconds. */
const TIMEOUT_MS = 5_000;

const usageSchema = v.object({
  model: v.string(),
  rawMaxTokens: v.pipe(v.number(), v.integer(), v.minValue(1)),
});
const effortSchema = v.object({ applied: v.object({ model: v.string(), effort: v.string() }) });

/** An id without the suffix for a context of a million tokens, which not every answer of the CLI has. */
function baseId(id: string): string {
  return id.replace(/\[1m\]$/, '');
}

function limitsOf({ value, resolvedModel = value }: CliModel, usage: unknown, applied: unknown): ModelLimits {
  const isThis = (id: string): boolean => baseId(id) === baseId(resolvedModel);
  const context = v.safeParse(usageSchema, usage);
  const effort = v.safeParse(effortSchema, applied);
  return {
    ...(context.success && isThis(context.output.model)
      ? { contextLength: context.output.rawMaxTokens }
      : {}),
    ...(effort.success && isThis(effort.output.applied.model)
      ? { defaultEffort: effort.output.applied.effort }
      : {}),
  };
}

/**
 * Sets each model in turn, as a setting: for an id, `set_model` would make the CLI ask the API whether it exists. Then gives
 * the process its own model back. If that fails, the process is ended, so that no request is answered by another model.
 * @param restoring the control requests that set the process's own model
 * @returns the limits of the models, in order; empty ones if the CLI does not answer
 */
export async function requestLimits(
  channel: Channel,
  models: readonly CliModel[],
  restoring: readonly JsonObject[],
): Promise<readonly ModelLimits[]> {
  // All requests are sent at once; the CLI handles them in their order.
  const asked = models.map((model) => {
    // Without a name, the CLI would take its own default, not the user's.
    const { value, resolvedModel = null } = model;
    channel.control(settings({ model: value === DEFAULT_MODEL ? resolvedModel : value }));
    const usage = channel.requestEarly({ subtype: 'get_context_usage', detail: 'summary' });
    return Promise.all([Promise.resolve(model), usage, channel.requestEarly({ subtype: 'get_settings' })]);
  });
  try {
    const restored = restoring.map((request) => channel.request(request, TIMEOUT_MS));
    const [answers] = await Promise.all([channel.waitFor(Promise.all(asked), TIMEOUT_MS), ...restored]);
    return answers.map(([model, usage, applied]) => limitsOf(model, usage, applied));
  } catch {
    await channel.process.end();
    return models.map(() => ({}));
  }
}
