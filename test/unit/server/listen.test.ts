import assert from 'node:assert/strict';
import {
  bindAddress,
  listenError,
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
/** Notations for every IPv4 address of this machine that operating systems accept. */
const EVERY_V4 = ['0.0.0.0', '0', '0x0', '0X0', '0.0', '00.0.0.0', '000'] as const;
const EVERY_V6 = ['::', '::0', '[::]', '[::0]', '0:0:0:0:0:0:0:0', '', '  ', '*', '[]'] as const;
const LAN = ['192.168.1.5', 'fe80::1', 'fd00::5', '::ffff:127.0.0.1', '::ffff:0.0.0.0'] as const;
const INVALID = [
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

describe('requireBindAddress', () => {
  for (const [host, address] of LOOPBACK) {
    it(`accepts the loopback address ${JSON.stringify(host)}, with and without a token`, () => {
      assert.equal(loopbackAddress(host), address);
      for (const token of [...WEAK, STRONG]) {
        assert.deepEqual(requireBindAddress(host, token), { host: address, public: false });
      }
    });
  }

  for (const host of [...EVERY_V4, ...EVERY_V6, ...LAN]) {
    it(`accepts ${JSON.stringify(host)} only with a strong token`, () => {
      assert.equal(loopbackAddress(host), undefined);
      for (const token of WEAK) {
        assert.throws(
          () => requireBindAddress(host, token),
          (error: unknown) =>
            error instanceof ListenError && error.kind === 'denied' && /32 characters/.test(error.message),
        );
      }
      assert.equal(requireBindAddress(host, STRONG).public, true);
    });
  }

  for (const host of INVALID) {
    it(`rejects ${JSON.stringify(host)}`, () => {
      assert.equal(loopbackAddress(host), undefined);
      assert.equal(bindAddress(host), undefined);
      assert.throws(() => requireBindAddress(host, STRONG), /is not an address/);
    });
  }
});

describe('reachableHost', () => {
  it('returns an address at which this machine reaches the server', () => {
    for (const host of EVERY_V4) assert.equal(reachableHost(host), '127.0.0.1');
    for (const host of EVERY_V6) assert.equal(reachableHost(host), '::1');
    assert.equal(reachableHost('localhost'), '127.0.0.1');
    assert.equal(reachableHost('192.168.1.5'), '192.168.1.5');
  });
});

describe('listenError', () => {
  const denied = Object.assign(new Error('listen EACCES'), { code: 'EACCES' });
  const at = { host: '127.0.0.1', port: 11434 };

  it('tells on Windows that the port may be reserved, and how to see it', () => {
    const { kind, message } = listenError(denied, at, 'win32');
    assert.equal(kind, 'denied');
    assert.match(message, /11434.*Hyper-V.*netsh interface ipv4 show excludedportrange.*another port/s);
  });

  it('tells elsewhere that low ports need more rights', () => {
    assert.match(listenError(denied, { ...at, port: 80 }, 'linux').message, /below 1024 need more rights/);
    assert.equal(
      listenError(denied, at, 'linux').message,
      'The system does not allow listening on port 11434.',
    );
  });
});
