/** Decompresses request bodies in Zstandard (RFC 8878), as Codex sends them. The input is untrusted. */
import { Decompress } from 'fzstd';
import { ChatError } from '../core/errors.js';

/** Maximum size of a body after decompression, the same as Ollama's. */
const MAX_BYTES = 20 * 1024 * 1024;
/**
 * Maximum of blocks × window size. The decompressor moves its whole window for each block, so that many small blocks
 * with a large window would take long.
 */
const MAX_MOVED_BYTES = 4 * 1024 * 1024 * 1024;

/** More blocks than a body has that was compressed in pieces of 128 bytes. Each block takes time, even if it is empty. */
const MAX_BLOCKS = 160_000;

const MAGIC = 0xfd2fb528;
const CHECKSUM_BYTES = 4;
const BLOCK_HEADER_BYTES = 3;
const RUN_BLOCK = 1;

function tooLarge(): ChatError {
  return new ChatError('badRequest', 'http: request body too large');
}

function invalid(why: string, cause?: unknown): ChatError {
  return new ChatError('badRequest', `invalid input: ${why}`, { cause });
}

/** The header of a frame. */
interface Frame {
  /** Bytes of decompressed content that the decompressor must keep. */
  readonly window: number;
  /** Offset of the first block. */
  readonly start: number;
  readonly hasChecksum: boolean;
}

/** Reads the header here, because the decompressor allocates the announced size before its limit can be checked. */
function readFrame(bytes: Buffer): Frame {
  if (bytes.length < 4 || bytes.readUInt32LE(0) !== MAGIC) throw invalid('magic number mismatch');
  const descriptor = bytes[4] ?? 0;
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? Number(isSingle) : 1 << sizeFlag;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  if (dictionaryBytes > 0) throw invalid('unknown dictionary');
  const sizeAt = isSingle ? 5 : 6;
  const start = sizeAt + sizeBytes;
  if (bytes.length < start) throw invalid('unexpected EOF');
  let content = 0;
  if (sizeBytes === 8) content = Number(bytes.readBigUInt64LE(sizeAt));
  else if (sizeBytes > 0) content = bytes.readUIntLE(sizeAt, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
  const exponent = (bytes[5] ?? 0) >> 3;
  const mantissa = (bytes[5] ?? 0) & 7;
  const window = isSingle ? content : 2 ** (10 + exponent) * (1 + mantissa / 8);
  if (window > MAX_BYTES || content > MAX_BYTES) throw tooLarge();
  return { window, start, hasChecksum: (descriptor & 4) !== 0 };
}

/** Checks the blocks without decompressing them. A body must be exactly one frame. */
function checkBlocks(bytes: Buffer, frame: Frame): void {
  let at = frame.start;
  let movedBytes = 0;
  let blocks = 0;
  for (let isLast = false; !isLast;) {
    if (at + BLOCK_HEADER_BYTES > bytes.length) throw invalid('unexpected EOF');
    const header = bytes.readUIntLE(at, BLOCK_HEADER_BYTES);
    isLast = (header & 1) !== 0;
    at += BLOCK_HEADER_BYTES + (((header >> 1) & 3) === RUN_BLOCK ? 1 : header >> 3);
    movedBytes += frame.window;
    blocks += 1;
    if (movedBytes > MAX_MOVED_BYTES || blocks > MAX_BLOCKS) throw tooLarge();
  }
  const end = at + (frame.hasChecksum ? CHECKSUM_BYTES : 0);
  if (end > bytes.length) throw invalid('unexpected EOF');
  if (end < bytes.length) throw invalid('more than one frame');
}

/**
 * Decompresses a body.
 * @throws ChatError `badRequest` when it is not exactly one complete Zstandard frame, or its content exceeds 20 MiB
 */
export function decompressZstd(bytes: Buffer): Buffer {
  checkBlocks(bytes, readFrame(bytes));
  const chunks: Uint8Array[] = [];
  let size = 0;
  const stream = new Decompress((chunk) => {
    size += chunk.length;
    if (size > MAX_BYTES) throw tooLarge();
    chunks.push(chunk);
  });
  try {
    stream.push(bytes, true);
  } catch (thrown) {
    if (thrown instanceof ChatError) throw thrown;
    throw invalid(thrown instanceof Error ? thrown.message : 'corrupt data', thrown);
  }
  return Buffer.concat(chunks);
}
