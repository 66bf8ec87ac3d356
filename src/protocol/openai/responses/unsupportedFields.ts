/**
 * Fields of a request that change its meaning and that this server cannot honor. The fields are those of the OpenAI SDK's
 * `ResponseCreateParamsBase`; `docs/compatibility.md` lists the ones that are ignored instead.
 */
import { badRequest } from '../../../core/errors.js';
import { type Fields, isObject } from '../../json/fields.js';
import { CodedError } from '../errors.js';
import { refuseUnsupported, type UnsupportedField } from '../unsupportedFields.js';

const UNSUPPORTED: readonly UnsupportedField[] = [
  {
    name: 'background',
    isSet: (value) => value === true,
    reason: 'responses are not stored. Send the request without it.',
  },
  {
    name: 'prompt',
    isSet: isObject,
    reason: 'prompt templates are stored at OpenAI. Send the text as instructions and input.',
  },
  {
    name: 'context_management',
    isSet: (value) => !Array.isArray(value) || value.length > 0,
    reason:
      'the conversation stays as it is. Send the request without it, and shorten the conversation when it is too long.',
  },
  { name: 'moderation', isSet: isObject, reason: 'it needs a service of OpenAI.' },
];

/** The range of OpenAI and Ollama. The log probabilities themselves do not exist. */
const MAX_TOP_LOGPROBS = 20;

/**
 * Refuses a request that continues a stored conversation, because it contains only the new part. After OpenAI's error for
 * an unknown previous response, clients send the whole conversation.
 */
function refuseStoredConversation(fields: Fields): void {
  const previous = fields.string('previous_response_id') ?? '';
  if (previous !== '') {
    throw new CodedError(
      'previous_response_not_found',
      'previous_response_id',
      `Previous response with id '${previous}' not found: responses are not stored, send the whole conversation.`,
    );
  }
  const conversation = fields.value('conversation');
  if (conversation !== undefined && conversation !== '') {
    throw badRequest('Conversations are not stored: send the whole conversation as input.');
  }
}

/** @throws ChatError `badRequest` for the first field that cannot be honored */
export function refuseUnsupportedFields(fields: Fields): void {
  refuseStoredConversation(fields);
  refuseUnsupported(fields, UNSUPPORTED);
  const logprobs = fields.integer('top_logprobs') ?? 0;
  if (logprobs < 0 || logprobs > MAX_TOP_LOGPROBS) {
    throw badRequest(`top_logprobs must be between 0 and ${MAX_TOP_LOGPROBS}`);
  }
}
