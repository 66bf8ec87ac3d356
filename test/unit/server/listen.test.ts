import assert from 'node:assert/strict';
import {
  bindAddress,
  ListenError,
  loopbackAddress,
  reachableHost,
  requireBindAddress,
} from '../../../src/server/listen.js';

const LOOPBACK = [
  ['127.0.0.1', '127.0.0.1'],
  ['127.1.2.3', '127.1.2.3'],
  [' localhost ', '127.0.0.1'],
  ['::1', '::1'],
  ['[::1]', '::1'],
] as const;
/** Every address of the machine, spelled in ways that systems take. */
const EVERY = ['0.0.0.0', '0', '0x0', '0X0', '0.0', '00.0.0.0', '000'] as const;
const EVERY_V6 = ['::', '::0', '[::]', '[::0]', '0:0:0:0:0:0:0:0', '', '  ', '*', '[]'] as const;
const LAN = ['192.168.1.5', 'fe80::1', 'fd00::5', '::ffff:127.0.0.1', '::ffff:0.0.0.0'] as const;
const NONE = [
  'box.local',
  '127.1',
  '0x7f000001',
  '2130706433',
  '127.0.0.1.evil.com',
  'x',
  '１２７.0.0.1',
  '０',
];

const WEAK = [undefined, '', 'short', 'x'.repeat(31)];
const STRONG = 'x'.repeat(32);

describe('the address to listen on', () => {
  for (const [host, address] of LOOPBACK) {
    it(`may be ${JSON.stringify(host)}, with and without a token`, () => {
      assert.equal(loopbackAddress(host), address);
      for (const token of [...WEAK, STRONG]) {
        assert.deepEqual(requireBindAddress(host, token), { host: address, wide: false });
      }
    });
  }

  for (const host of [...EVERY, ...EVERY_V6, ...LAN]) {
    it(`may be ${JSON.stringify(host)} only with a strong token`, () => {
      assert.equal(loopbackAddress(host), undefined);
      for (const token of WEAK) {
        assert.throws(
          () => requireBindAddress(host, token),
          (error: unknown) =>
            error instanceof ListenError && error.kind === 'denied' && /32 characters/.test(error.message),
        );
      }
      assert.equal(requireBindAddress(host, STRONG).wide, true);
    });
  }

  for (const host of NONE) {
    it(`is never ${JSON.stringify(host)}`, () => {
      assert.equal(loopbackAddress(host), undefined);
      assert.equal(bindAddress(host), undefined);
      assert.throws(() => requireBindAddress(host, STRONG), /is no address/);
    });
  }

  it('is one that this machine reaches itself under', () => {
    for (const host of EVERY) assert.equal(reachableHost(host), '127.0.0.1');
    for (const host of EVERY_V6) assert.equal(reachableHost(host), '::1');
    assert.equal(reachableHost('localhost'), '127.0.0.1');
    assert.equal(reachableHost('192.168.1.5'), '192.168.1.5');
  });
});
