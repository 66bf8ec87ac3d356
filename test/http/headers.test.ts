/** The number of headers. The guard sees all of them. */
import assert from 'node:assert/strict';
import { MAX_HEADERS } from '../../src/server/guard.js';
import { assertRefused, tags } from './rawRequests.js';
import { type Rig, startRig, stopRigs } from '../support/endpointRig.js';

describe('many headers', () => {
  let rig: Rig;
  before(async () => (rig = await startRig()));
  after(stopRigs);

  const filler = (count: number): string[] => Array.from({ length: count }, (_, index) => `X-${index}: 1`);
  /** With Host and Connection, the maximum. */
  const maximum = filler(MAX_HEADERS - 2);

  it(`are accepted up to ${MAX_HEADERS}`, async () => {
    assert.equal((await tags(rig, 'Host: localhost', ...maximum)).status, 200);
    for (const count of [MAX_HEADERS - 1, 500, 2_500]) {
      const reply = await tags(rig, 'Host: localhost', ...filler(count));
      assertRefused(rig, reply, 431);
    }
  });

  it('do not hide the last one from the guard', async () => {
    for (const [last, status] of [
      ['Host: evil.com', 400],
      ['Host: localhost', 400],
      ['Origin: https://evil.com', 403],
      ['Origin: null', 403],
      ['Sec-Fetch-Site: cross-site', 403],
      ['Sec-Fetch-Dest: image', 403],
      ['Upgrade: websocket', 400],
    ] as const) {
      const lines = ['Host: localhost', ...maximum.slice(2), 'Referer: https://evil.com/', last];
      assertRefused(rig, await tags(rig, ...lines), status);
      const many = ['Host: localhost', ...filler(2_000), last];
      assertRefused(rig, await tags(rig, ...many), 431);
    }
    const twice = ['Host: localhost', 'Origin: file://', ...maximum.slice(2), 'Origin: file://'];
    assertRefused(rig, await tags(rig, ...twice), 403);
    assert.equal((await tags(rig, ...maximum, 'Host: localhost')).status, 200);
    assert.equal((await tags(rig, ...maximum, 'Host: evil.com')).status, 403);
  });

  it('may have 64 KiB all together', async () => {
    const size = 60_000;
    assert.equal(
      (await tags(rig, 'Host: localhost', `Authorization: Bearer ${'x'.repeat(size)}`)).status,
      200,
    );
    const lines = [...Array(100).keys()].map((index) => `X-${index}: ${'x'.repeat(size / 100)}`);
    assert.equal((await tags(rig, 'Host: localhost', ...lines)).status, 200);
    assert.equal((await tags(rig, 'Host: evil.com', ...lines)).status, 403);
    assert.equal((await tags(rig, 'Host: localhost', ...lines, `X-A: ${'x'.repeat(6_000)}`)).status, 431);
  });

  it('do not hide the token or a missing token', async () => {
    const token = 'x'.repeat(32);
    const own = await startRig({ settings: { token } });
    const lines = ['Host: localhost', ...maximum.slice(1)];
    assert.equal((await tags(own, ...lines, `Authorization: Bearer ${token}`)).status, 200);
    assert.equal((await tags(own, ...lines, `Authorization: Bearer x`)).status, 401);
  });
});
