import type { IncomingMessage } from 'node:http';
import { ChatError } from '../core/errors.js';

/** Most bytes of a chat with its images. */
export const CHAT_BODY_BYTES = 32 * 1024 * 1024;
/** Most bytes of every other body. */
export const SMALL_BODY_BYTES = 1024 * 1024;

/** Bodies larger than this leave others a turn between the steps in which something is made of them. */
const LARGE_BYTES = 1024 * 1024;

function turnOfOthers(bytes: number): Promise<void> {
  return bytes > LARGE_BYTES ? new Promise((resolve) => setImmediate(resolve)) : Promise.resolve();
}

/** How long a client that sent too much may go on sending, so that it gets to read why it was refused. */
const LINGER_MS = 1_000;

function tooLarge(limit: number): ChatError {
  return new ChatError('tooLarge', `The request body is larger than ${limit / 1024 / 1024} MiB.`);
}

/** Throws the rest of a body away; a client that does not come to its end is cut off. */
function drain(request: IncomingMessage): void {
  const linger = setTimeout(() => request.destroy(), LINGER_MS);
  request.once('close', () => clearTimeout(linger));
  request.once('end', () => clearTimeout(linger));
  request.resume();
}

/** @param encoding the Content-Encoding; the guard lets none pass here but this one, and that only to some routes */
async function decode(chunks: readonly Buffer[], encoding: string | undefined): Promise<string> {
  const sent = Buffer.concat(chunks);
  await turnOfOthers(sent.length);
  const bytes = encoding?.trim().toLowerCase() === 'zstd' ? (await decompressor())(sent) : sent;
  let text: string;
  try {
    // A byte order mark stays: Go's decoder refuses it, and so do we.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ChatError('badRequest', 'The request body is not valid UTF-8.', { cause });
  }
  await turnOfOthers(bytes.length);
  return text;
}

/**
 * Reads a body as text, decompressed where it came compressed.
 * @param limit most bytes, as they were sent
 * @throws ChatError `tooLarge` (by the announced length before anything is read), `badRequest` when it cannot be
 *   decompressed or is not UTF-8, `cancelled` when the client goes away
 */
export function readBody(request: IncomingMessage, limit: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let held = 0;
    const refuse = (): void => {
      request.off('data', onData);
      chunks.length = 0;
      reject(tooLarge(limit));
      drain(request);
    };
    const onData = (chunk: Buffer): void => {
      held += chunk.length;
      if (held > limit) refuse();
      else chunks.push(chunk);
    };
    const gone = (): void => reject(new ChatError('cancelled', 'The client went away.'));
    request.once('error', gone);
    request.once('close', gone);
    if (Number(request.headers['content-length'] ?? 0) > limit) {
      refuse();
      return;
    }
    request.on('data', onData);
    request.once('end', () => {
      request.off('close', gone);
      decode(chunks, request.headers['content-encoding']).then(resolve, reject);
    });
  });
}

/** Loaded with the first compressed body: it makes its tables when it is loaded, and few clients compress. */
async function decompressor(): Promise<(bytes: Buffer) => Buffer> {
  return (await import('./zstd.js')).decompressZstd;
}
