/** Bodies in Zstandard for tests: one made by its reference compressor, and frames put together by hand. */

/** Words that a compressor finds something to do with. */
function words(): string {
  const names = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'];
  let seed = 1;
  return Array.from({ length: 400 }, () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return `${names[seed % 8]}${seed % 23}`;
  }).join(' ');
}

/** The input of the request in `COMPRESSED`. */
export const WORDS = words();

/** `{"model":"claude-sonnet","input":WORDS}`, by `zstd -19`. */
export const COMPRESSED = Buffer.from(
  [
    'KLUv/QRoXRgAsowjF4BtAyD9u2Nnh78QmfEtKbkpYsBtYN4S0/p29o/o/YnL+Sx71auq52rqIjM3223URX1ult7N0PkjZGaLkcpV',
    'VNUWUl151X85vb3GZc/ryvkpqKI3xFGaYhy9kJ/ayZZplORxnEJFj7QVMlYCoT5S35alHcqzPYe8BzlMsoD1HMM0T+AMqCnFGpbi',
    'jGZZUoFhqGFeqpQ2dgMxCAEEclh66wEhCIOljJsKkw4gYXpQTNz+pB2VFsRipfmKpKlr61JIIRlrqfZD6qL/mODE3ypnIAxrauNL',
    'BeY1ZBiaTpZB9Ja+/Mpsa4DwDdVvpm9fP5pUminOPGa+x3hI7nu39JH/TDEnGfYhfjaaJA9de133ARPPEZaijDMkkBVdzgOSDWW2',
    'SJSpffMYQTSaDAY3YbFh2Vhe9sRFUjzx7vZ8B4SEwb8EEqbZuhxkFMFUg3Z5d5SrSuQBe8cKPwEbB6xVqzi62qjeDUwaEoxSCEAZ',
    'SRmVqinppHxuvvh7Sm4orFC11SwYS3KZzJAEhPLA77rUL5F3dTXAo3zJfaUMpZ0rggyiI2QuK0v3RzY6Tk/fscm+ot6DIYHomzDU',
    'a5XiqbpQRd21tPrboI49kEnlfEsSf0eTWprfZHoTyIECv2QXDsmqx/6B0apbmIVCilLSbNCR8gPWqXNiOOJFI4VI8Lv2IpMggmQw',
    'iEs/ZiJ85xOaZAg3Z2/kH1yIPNTi4C6tRpv5zmRQ9MxT/7s+R4DMpbXC0rn6e/o6s3oAHU6V16mZkBwwYJUsvPFrNjwU3rpEHxsR',
    'tBTpDd9fBPzIt45TFgSUcuYKCYe5yraEgmQWfLp8so5dBdLcJBK85jur0QhKImqTQN2iSyqVBTu0owvXCoKJxXk3dm0Q1B+QAIfg',
    'FLhKMFSTEVr1abB0Hz9/wS3Thexmwb0zNi3Jm6W2RLMR5RnmyCAs7RaRc2me8SFeYEDn0GixZFd4ifzd3Xl8YzNuluXKmRe7o3lO',
    'kZx4Y5g89rBTFMtxju/Qk4zgBQJMihHXXUAMHoCyNdEI3tQXcKtNSiZb',
  ].join(''),
  'base64',
);

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
const BLOCK_BYTES = 128 * 1024;
/** The descriptor of a window of 2 MiB. */
export const USUAL_WINDOW = 0x58;

function blockHeader(size: number, type: number, isLast: boolean): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE((size << 3) | (type << 1) | Number(isLast), 0, 3);
  return header;
}

/** A frame of uncompressed blocks whose size is not told. */
export function plainFrame(content: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from([...MAGIC, 0, USUAL_WINDOW])];
  for (let at = 0; at < content.length || at === 0; at += BLOCK_BYTES) {
    const block = content.subarray(at, at + BLOCK_BYTES);
    parts.push(blockHeader(block.length, 0, at + BLOCK_BYTES >= content.length), block);
  }
  return Buffer.concat(parts);
}

/** A frame of blocks that each repeat one space so many times. */
export function runFrame(blocks: number, times: number, window: number): Buffer {
  const parts: Buffer[] = [Buffer.from([...MAGIC, 0, window])];
  for (let at = 0; at < blocks; at += 1) {
    parts.push(blockHeader(times, 1, at === blocks - 1), Buffer.from(' '));
  }
  return Buffer.concat(parts);
}

/** The beginning of a frame that tells its size. */
export function sizedHead(size: number): Buffer {
  const head = Buffer.from([...MAGIC, 0xa0, 0, 0, 0, 0, 1, 0, 0]);
  head.writeUInt32LE(size, 5);
  return head;
}
