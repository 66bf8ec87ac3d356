/** Requests of the CLI as they arrived at the stand-in API. */
import type { ApiBlock, StandIn, StandInRequest } from '../standin/server.js';

/** One red dot. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** The newest request. Waits for one if none has arrived since the last call. */
export async function latestRequest(standIn: StandIn): Promise<StandInRequest> {
  let request = await standIn.nextRequest();
  while (request.number < standIn.requests.length) request = await standIn.nextRequest();
  return request;
}

/** The content blocks of the last user message. */
export function lastBlocks({ body }: StandInRequest): ApiBlock[] {
  const last = body.messages.findLast(({ role }) => role === 'user');
  if (last === undefined) return [];
  return typeof last.content === 'string' ? [{ type: 'text', text: last.content }] : [...last.content];
}

/** The base64 data of the image in the last user message. */
export function lastImage(request: StandInRequest): string | undefined {
  const image = lastBlocks(request).find(({ type }) => type === 'image');
  return (image?.['source'] as { readonly data?: string } | undefined)?.data;
}
