// Joins PNG pictures into one animated PNG. Follows the PNG specification, third edition, sections 5.3 and 11.3.6.
import { crc32 } from 'node:zlib';

const SIGNATURE_BYTES = 8;

/** @typedef {{ png: Buffer, x: number, y: number, milliseconds: number }} Frame a picture, where it goes, how long it stays */

/**
 * Frames replace the area that they cover; the rest of the picture stays. The animation runs endlessly.
 * @param {Buffer} still the picture for programs that do not animate; not part of the animation
 * @param {readonly Frame[]} frames the first one is as large as `still`; all have the same pixel format
 * @returns {Buffer}
 */
export function animatedPng(still, frames) {
  const whole = header(chunksOf(still));
  let sequence = 0;
  const parts = frames.flatMap(({ png, x, y, milliseconds }, index) => {
    const size = header(chunksOf(png));
    if (!size.subarray(8).equals(whole.subarray(8))) {
      throw new Error(`Frame ${index} has another pixel format than the still picture.`);
    }
    const control = chunk('fcTL', frameControl(sequence++, size, { x, y, milliseconds }));
    const data = imageData(png).map((bytes) => chunk('fdAT', Buffer.concat([uint32(sequence++), bytes])));
    return [control, ...data];
  });
  return Buffer.concat([
    still.subarray(0, SIGNATURE_BYTES),
    chunk('IHDR', whole),
    chunk('acTL', Buffer.concat([uint32(frames.length), uint32(0)])),
    ...imageData(still).map((bytes) => chunk('IDAT', bytes)),
    ...parts,
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** @param {Buffer} png */
function imageData(png) {
  return chunksOf(png).flatMap(({ type, data }) => (type === 'IDAT' ? [data] : []));
}

/** @param {Buffer} png */
function chunksOf(png) {
  const chunks = [];
  for (let at = SIGNATURE_BYTES; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    chunks.push({ type, data: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

/** @param {ReturnType<typeof chunksOf>} chunks */
function header(chunks) {
  const found = chunks.find(({ type }) => type === 'IHDR');
  if (found === undefined) throw new Error('A PNG without a header.');
  return found.data;
}

/**
 * @param {number} sequence
 * @param {Buffer} size the header, which begins with width and height
 * @param {Omit<Frame, 'png'>} frame
 */
function frameControl(sequence, size, { x, y, milliseconds }) {
  const delay = Buffer.alloc(6);
  delay.writeUInt16BE(milliseconds, 0);
  delay.writeUInt16BE(1000, 2);
  return Buffer.concat([uint32(sequence), size.subarray(0, 8), uint32(x), uint32(y), delay]);
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
function chunk(type, data) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([uint32(data.length), named, uint32(crc32(named))]);
}

/** @param {number} value */
function uint32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
