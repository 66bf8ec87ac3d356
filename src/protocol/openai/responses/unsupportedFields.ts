/**
 * Fields of a request that change its meaning and that this server cannot honor. The fields are those of the OpenAI SDK's
 * `ResponseCreateParamsBase`; `docs/compatibility.md` lists the ones that are ignored instead.
 */
import { badRequest } from '../../../core/errors.js';
import type { Json } from '../../../core/json.js';
import { type Fields, isObject } from '../../json/fields.js';
import { CodedError } from '../errors.js';

/** When a field is refused, and why. */
interface Refusal {
  readonly refuses: (value: Json) => boolean;
  readonly message: string;
}

/** By name. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  background: {
    refuses: (value) => value === true,
    message: 'background is not supported, because responses are not stored: send the request without it.',
  },
  prompt: {
    refuses: isObject,
    message:
      'prompt is not supported, because prompt templates are stored at OpenAI: send the text as instructions and input.',
  },
  context_management: {
    refuses: (value) => !Array.isArray(value) || value.length > 0,
    message:
      'context_management is not supported: send the request without it, and shorten a conversation that becomes too long.',
  },
  moderation: {
    refuses: isObject,
    message: 'moderation is not supported, because it runs at OpenAI: send the request without it.',
  },
};

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
  for (const [name, { refuses, message }] of Object.entries(REFUSALS)) {
    const value = fields.value(name);
    if (value !== undefined && refuses(value)) throw new CodedError('unsupported_parameter', name, message);
  }
  const logprobs = fields.integer('top_logprobs') ?? 0;
  if (logprobs < 0 || logprobs > MAX_TOP_LOGPROBS) {
    throw badRequest(`top_logprobs must be between 0 and ${MAX_TOP_LOGPROBS}`);
  }
}
