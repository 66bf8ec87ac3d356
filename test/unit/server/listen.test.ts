import assert from 'node:assert/strict';
import { loopbackAddress } from '../../../src/server/listen.js';

describe('the address to listen on', () => {
  for (const [host, address] of [
    ['127.0.0.1', '127.0.0.1'],
    ['127.1.2.3', '127.1.2.3'],
    [' localhost ', '127.0.0.1'],
    ['::1', '::1'],
    ['[::1]', '::1'],
  ] as const) {
    it(`may be ${JSON.stringify(host)}`, () => assert.equal(loopbackAddress(host), address));
  }

  for (const host of [
    '0.0.0.0',
    '::',
    '0',
    '0x0',
    '::0',
    '[::]',
    '',
    '192.168.1.5',
    'box.local',
    '127.1',
    '127.0.0.1.evil.com',
    '::ffff:127.0.0.1',
  ]) {
    it(`is never ${JSON.stringify(host)}`, () => assert.equal(loopbackAddress(host), undefined));
  }
});
