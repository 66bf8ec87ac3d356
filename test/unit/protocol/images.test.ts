import assert from 'node:assert/strict';
import fc from 'fast-check';
import { imageOf, readBase64 } from '../../../src/protocol/images.js';
import { badRequestMessage } from './badRequestMessage.js';

describe('readBase64', () => {
  const CORRUPT: readonly (readonly [string, number])[] = [
    ['data:image/png;base64,AAAA', 4],
    ['A', 0],
    ['AA', 0],
    ['AAAAA', 4],
    ['AA=', 3],
    ['AA=A', 3],
    ['A===', 1],
    ['=AAA', 0],
    ['AA==AA==', 4],
    ['AAA=A', 4],
    ['AA-A', 2],
    ['AA A', 2],
    ['AAéA', 2],
  ];
  for (const [text, at] of CORRUPT) {
    it(`refuses ${text}, which is corrupt at byte ${at}`, () =>
      assert.equal(
        badRequestMessage(() => readBase64(text)),
        `illegal base64 data at input byte ${at}`,
      ));
  }

  it('accepts line breaks and removes them', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 10 }), (bytes, width) => {
        const plain = Buffer.from(bytes).toString('base64');
        const broken = plain.replace(new RegExp(`.{${width}}`, 'g'), '$&\r\n');
        assert.equal(readBase64(plain), plain);
        assert.equal(readBase64(broken), plain);
      }),
    );
  });
});

describe('imageOf', () => {
  const SIGNATURES: readonly (readonly [string, string])[] = [
    ['89504e470d0a1a0a', 'image/png'],
    ['ffd8ffe0', 'image/jpeg'],
    ['474946383961', 'image/gif'],
    ['474946383761', 'image/gif'],
    ['524946461234567857454250', 'image/webp'],
  ];
  for (const [signature, mediaType] of SIGNATURES) {
    it(`detects ${mediaType} by the signature ${signature}, for any length`, () => {
      for (let more = 0; more < 20; more += 1) {
        const data = Buffer.concat([Buffer.from(signature, 'hex'), Buffer.alloc(more)]).toString('base64');
        assert.deepEqual(imageOf(data), { type: 'image', mediaType, data });
      }
    });
  }

  it('refuses other formats', () => {
    const others = ['', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'RIFF1234WAVE', 'BM', '%PDF-1.7'];
    for (const other of others) {
      const data = Buffer.from(other, 'latin1').toString('base64');
      assert.match(badRequestMessage(() => imageOf(data)) ?? '', /PNG, JPEG, GIF and WebP/);
    }
  });
});
