/** The HTTP statuses of the API. Pure. */
import type { ErrorKind } from '../../core/errors.js';

const KIND_OF_STATUS: Readonly<Record<number, ErrorKind>> = {
  401: 'keyRejected',
  402: 'paymentRequired',
  403: 'forbidden',
  404: 'unknownModel',
  407: 'unreachable',
  408: 'timeout',
  // A lock that timed out. Anthropic's SDKs and the CLI send the request again.
  409: 'overloaded',
  413: 'tooLarge',
  429: 'rateLimited',
};

/** The kind of error that a status of the API means, 400 or higher. */
export function kindOfStatus(status: number): ErrorKind {
  return KIND_OF_STATUS[status] ?? (status >= 500 ? 'overloaded' : 'badRequest');
}
