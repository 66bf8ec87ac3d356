/**
 * Fields of OpenAI's requests that change what the client gets and that Claude cannot honor. They are refused, so that no
 * client takes another answer for the one that it requested. `docs/compatibility.md` lists the fields that are ignored.
 */
import type { Json } from '../../core/json.js';
import { type Fields, isObject } from '../json/fields.js';
import { CodedError } from './errors.js';

/** A field, and the values of it that are refused. */
export interface UnsupportedField {
  readonly name: string;
  readonly isSet: (value: Json) => boolean;
  readonly reason: string;
}

const moreThanOne = (value: Json): boolean => Number(value) > 1;

/** Fields of chats and of completions. */
const COMMON: readonly UnsupportedField[] = [
  {
    name: 'logit_bias',
    isSet: (value) => isObject(value) && Object.keys(value).length > 0,
    reason: 'Claude has other tokens, and takes no bias for them.',
  },
];

export const UNSUPPORTED_IN_CHATS: readonly UnsupportedField[] = [
  ...COMMON,
  {
    name: 'modalities',
    isSet: (value) => Array.isArray(value) && value.some((modality) => modality !== 'text'),
    reason: 'Claude answers with text only.',
  },
  {
    name: 'web_search_options',
    isSet: isObject,
    reason: 'this server searches no web. Offer a tool for it instead.',
  },
  { name: 'moderation', isSet: isObject, reason: 'it needs a service of OpenAI.' },
];

export const UNSUPPORTED_IN_COMPLETIONS: readonly UnsupportedField[] = [
  ...COMMON,
  {
    name: 'best_of',
    isSet: moreThanOne,
    reason: 'Claude does not say how likely an answer is. Send n to get several answers.',
  },
  { name: 'echo', isSet: (value) => value === true, reason: 'an answer does not repeat its prompt.' },
];

/** @throws CodedError 400 that names the first field that is set and not supported */
export function refuseUnsupported(fields: Fields, unsupported: readonly UnsupportedField[]): void {
  for (const { name, isSet, reason } of unsupported) {
    const value = fields.value(name);
    if (value === undefined || !isSet(value)) continue;
    throw new CodedError('unsupported_parameter', name, `${name} is not supported: ${reason}`);
  }
}
