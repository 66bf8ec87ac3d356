/** Initializes new processes, and requests the list of models. */
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { DEFAULT_MODEL } from '../../core/backend.js';
import { ChatError } from '../../core/errors.js';
import type { JsonObject } from '../../core/json.js';
import type { Channel } from './channel.js';
import { chatInitialization, userLine } from './outgoing.js';
import { modelListSchema } from '../process/incoming.js';
import { requestLimits, type CliModel, type ModelLimits } from './modelLimits.js';
import { settings } from './processSetup.js';
import type { UserTurn } from './transcript.js';

/** A model in the list of the CLI, and what the CLI does with it. */
export type ListedModel = CliModel & ModelLimits;

/** The model of a process. */
interface CurrentModel {
  /** The id of the process's default model. */
  readonly defaultModel: Promise<string | undefined>;
  /** The control requests that set the current model again. */
  restoringRequests(timeoutMs: number): Promise<readonly JsonObject[]>;
}

/**
 * Lists the models of the CLI. The process is the same afterwards.
 * @param contents of the process
 * @param timeoutMs how long the CLI may take
 * @throws ChatError
 */
export async function requestModels(
  channel: Channel,
  contents: CurrentModel,
  timeoutMs: number,
): Promise<readonly ListedModel[]> {
  const answer = v.safeParse(modelListSchema, await channel.request({ subtype: 'list_models' }, timeoutMs));
  if (!answer.success) {
    throw new ChatError('cliFailed', 'The Claude CLI did not list its models. Run "claude update".');
  }
  const defaultId = await channel.waitFor(contents.defaultModel, timeoutMs);
  const models = withDefaultModel(answer.output.models, defaultId);
  const limits = await requestLimits(channel, models, await contents.restoringRequests(timeoutMs));
  return models.map((model, index) => ({ ...model, ...limits[index] }));
}

/**
 * The list with the user's default model in place of the CLI's.
 * @param defaultId the id of the user's default
 */
export function withDefaultModel(
  models: readonly CliModel[],
  defaultId: string | undefined,
): readonly CliModel[] {
  return models.map((model) => {
    if (model.value !== DEFAULT_MODEL || defaultId === undefined || model.resolvedModel === defaultId) {
      return model;
    }
    const { displayName } = model;
    const own = models.find(
      ({ value, resolvedModel }) => resolvedModel === defaultId && value !== DEFAULT_MODEL,
    );
    return { ...own, value: DEFAULT_MODEL, resolvedModel: defaultId, ...(displayName && { displayName }) };
  });
}

/** Initializes a process of the chat lane. This is the same for every process: the request is not known yet. */
export function initializeChat(channel: Channel): void {
  channel.control(chatInitialization());
  // Without this, a client's tool with the name of a CLI tool would add the CLI's instructions on commit messages.
  channel.control(settings({ attribution: { commit: '', pr: '' } }));
}

/**
 * Makes the CLI do its one-time work before the first question. It sends a blank message, which the CLI rejects and does not
 * keep.
 */
export function warmUp(channel: Channel): void {
  const blank: UserTurn = { role: 'user', content: [{ type: 'text', text: ' ' }] };
  channel.send(userLine(blank, [], { uuid: randomUUID(), query: true }));
}
