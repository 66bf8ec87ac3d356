/** What `/api/create` adds to a model, and its form in a file. */
import { badRequest, ChatError } from '../../core/errors.js';
import { isJsonArray, type Json, type JsonObject } from '../../core/json.js';
import type { StoredModel } from '../../core/storedModel.js';
import { bodyFields, type Fields } from '../json/fields.js';
import { goTypeOf } from '../json/goType.js';
import { checkCount, MESSAGES } from '../requestLimits.js';
import { createArgumentsReader } from '../toolArguments.js';
import { entriesOf, readMessage } from './chat/messages.js';
import { readOptions } from './options.js';

/** What a stored model adds to the model that it was made from. */
export type Additions = Omit<StoredModel, 'name' | 'from' | 'modifiedAt'>;

export const NO_ADDITIONS: Additions = {
  system: '',
  license: [],
  parameters: {},
  options: { stop: [] },
  messages: [],
  history: [],
};

const MAX_LICENSES = 100;

/** One text, or a list of texts (`LicenseStrings` in create/manifest.go). @throws ChatError `badRequest` with Ollama's message */
function readLicense(value: Json | undefined): string[] {
  if (value === undefined || value === '') return [];
  if (typeof value === 'string') return [value];
  if (!isJsonArray(value))
    throw badRequest(`license must be a string or a list of strings: got ${goTypeOf(value)}`);
  checkCount('licenses', value.length, MAX_LICENSES);
  return value.map((text, index) => {
    if (typeof text === 'string') return text;
    throw badRequest(`license must be a string or a list of strings: element ${index} is ${goTypeOf(text)}`);
  });
}

/** A parameter that no chat could use is refused here, not in every chat. @throws ChatError `badRequest` with Ollama's message */
function readParameters(fields: Fields): Pick<Additions, 'parameters' | 'options'> {
  const sent = fields.object('parameters', 'map[string]interface {}') ?? {};
  const parameters = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== null));
  if (parameters['typical_p'] !== undefined) throw badRequest('typical_p is no longer supported');
  try {
    return { parameters, options: readOptions(parameters) };
  } catch (error) {
    throw error instanceof ChatError ? badRequest(error.message) : error;
  }
}

/** @throws ChatError `badRequest`, mostly with Go's message */
function readMessages(fields: Fields): Pick<Additions, 'messages' | 'history'> {
  const readArguments = createArgumentsReader();
  const read = fields.list(
    'messages',
    '[]api.Message',
    (message, at) => readMessage(message, at, readArguments),
    MESSAGES,
  );
  const messages = fields.exactValue('messages');
  return { messages: isJsonArray(messages) ? messages : [], history: read.flatMap(entriesOf) };
}

/** Reads the fields of `/api/create` that change a model. @throws ChatError `badRequest`, mostly with Ollama's message */
export function readAdditions(fields: Fields): Additions {
  return {
    system: fields.text('system') ?? '',
    license: readLicense(fields.value('license')),
    ...readParameters(fields),
    ...readMessages(fields),
  };
}

/**
 * The additions of a model that is made from a stored one: system prompt and messages are replaced, parameters are merged,
 * licenses are added (`ApplyModelfileLayers` in create/manifest.go).
 */
export function mergeAdditions(base: Additions | undefined, more: Additions): Additions {
  if (base === undefined) return more;
  const parameters = { ...base.parameters, ...more.parameters };
  const { messages, history } = more.messages.length > 0 ? more : base;
  return {
    system: more.system === '' ? base.system : more.system,
    license: [...base.license, ...more.license],
    parameters,
    options: readOptions(parameters),
    messages,
    history,
  };
}

/** The form of a stored model in a file: a body of `/api/create`, with the time of its creation. */
export function storedModelJson(stored: StoredModel): JsonObject {
  const { name, from, modifiedAt, system, license, parameters, messages } = stored;
  return { model: name, from, modified_at: modifiedAt.toISOString(), system, license, parameters, messages };
}

/** Reads what `storedModelJson` wrote, as JSON text. @throws ChatError when it is something else */
export function readStoredModel(text: string): StoredModel {
  const fields = bodyFields(text, 'api.CreateRequest');
  const name = fields.string('model') ?? '';
  const from = fields.string('from') ?? '';
  const modifiedAt = new Date(fields.string('modified_at') ?? '');
  if (name === '' || from === '' || Number.isNaN(modifiedAt.getTime())) {
    throw badRequest('The fields "model", "from" and "modified_at" are required.');
  }
  return { name, from, modifiedAt, ...readAdditions(fields) };
}
