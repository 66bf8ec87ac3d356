import type { IncomingMessage } from 'node:http';
import { ChatError } from '../core/errors.js';

/** Maximum size of the body of a chat, images included. */
export const MAX_CHAT_BODY_BYTES = 32 * 1024 * 1024;
/** Maximum size of every other body. */
export const MAX_SMALL_BODY_BYTES = 1024 * 1024;

/** Larger bodies yield to other requests between the steps of their processing. */
const YIELD_ABOVE_BYTES = 100 * 1024;

/** Lets other requests go on between two steps of processing a body, if it is large. */
export function yieldIfLarge(bytes: number): Promise<void> {
  return bytes > YIELD_ABOVE_BYTES ? new Promise((resolve) => setImmediate(resolve)) : Promise.resolve();
}

/** How long a client with too large a body may go on sending, so that it can read the error reply. */
const DRAIN_MS = 1_000;

function tooLarge(limit: number): ChatError {
  return new ChatError('tooLarge', `The request body is larger than ${limit / 1024 / 1024} MiB.`);
}

/** Discards the rest of a body. Drops the connection when the body does not end in time. */
function drain(request: IncomingMessage): void {
  const timer = setTimeout(() => request.destroy(), DRAIN_MS);
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
  request.resume();
}

/** @param encoding the Content-Encoding; the guard lets only `zstd` pass, and only on some routes */
async function decode(chunks: readonly Buffer[], encoding: string | undefined): Promise<string> {
  const sent = Buffer.concat(chunks);
  await yieldIfLarge(sent.length);
  const bytes = encoding?.trim().toLowerCase() === 'zstd' ? (await loadDecompressor())(sent) : sent;
  let text: string;
  try {
    // Keep a byte order mark: the JSON decoder refuses it, as Go's decoder does in Ollama.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ChatError('badRequest', 'The request body is not valid UTF-8.', { cause });
  }
  await yieldIfLarge(bytes.length);
  return text;
}

/**
 * Reads a body as text and decompresses it if necessary.
 * @param limit maximum number of bytes, before decompression
 * @throws ChatError `tooLarge` (by the Content-Length before anything is read), `badRequest` when it cannot be
 *   decompressed or is not UTF-8, `cancelled` when the client disconnects
 */
export function readBody(request: IncomingMessage, limit: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let received = 0;
    const refuse = (): void => {
      request.off('data', onData);
      chunks.length = 0;
      reject(tooLarge(limit));
      drain(request);
    };
    const onData = (chunk: Buffer): void => {
      received += chunk.length;
      if (received > limit) refuse();
      else chunks.push(chunk);
    };
    const onDisconnect = (): void => reject(new ChatError('cancelled', 'The client disconnected.'));
    request.once('error', onDisconnect);
    request.once('close', onDisconnect);
    if (Number(request.headers['content-length'] ?? 0) > limit) {
      refuse();
      return;
    }
    request.on('data', onData);
    request.once('end', () => {
      request.off('close', onDisconnect);
      decode(chunks, request.headers['content-encoding']).then(resolve, reject);
    });
  });
}

/** Loaded on demand: the module builds its tables when it is loaded, and few clients compress. */
async function loadDecompressor(): Promise<(bytes: Buffer) => Buffer> {
  return (await import('./zstd.js')).decompressZstd;
}
