/** How many headers a request may have. None is out of the guard's sight. */
import assert from 'node:assert/strict';
import { MOST_HEADERS } from '../../src/server/guard.js';
import { assertRefused, tags } from './heads.js';
import { type Rig, startRig, stopRigs } from '../support/endpointRig.js';

describe('headers without number', () => {
  let rig: Rig;
  before(async () => (rig = await startRig()));
  after(stopRigs);

  const filler = (count: number): string[] => Array.from({ length: count }, (_, index) => `X-${index}: 1`);
  /** Among them are Host and Connection. */
  const most = filler(MOST_HEADERS - 2);

  it(`may be ${MOST_HEADERS}, and not one more`, async () => {
    assert.equal((await tags(rig, 'Host: localhost', ...most)).status, 200);
    for (const count of [MOST_HEADERS - 1, 500, 2_500]) {
      const reply = await tags(rig, 'Host: localhost', ...filler(count));
      assertRefused(rig, reply, 431);
    }
  });

  it('hide none: the last one counts as the first one does', async () => {
    for (const [last, status] of [
      ['Host: evil.com', 400],
      ['Host: localhost', 400],
      ['Origin: https://evil.com', 403],
      ['Origin: null', 403],
      ['Sec-Fetch-Site: cross-site', 403],
      ['Referer: https://evil.com/', 403],
      ['Upgrade: websocket', 400],
    ] as const) {
      const lines = ['Host: localhost', ...most.slice(1), last];
      assertRefused(rig, await tags(rig, ...lines), status);
      const many = ['Host: localhost', ...filler(2_000), last];
      assertRefused(rig, await tags(rig, ...many), 431);
    }
    const twice = ['Host: localhost', 'Origin: file://', ...most.slice(2), 'Origin: file://'];
    assertRefused(rig, await tags(rig, ...twice), 403);
    assert.equal((await tags(rig, ...most, 'Host: localhost')).status, 200);
    assert.equal((await tags(rig, ...most, 'Host: evil.com')).status, 403);
  });

  it('do not hide a token, or its absence', async () => {
    const token = 'x'.repeat(32);
    const own = await startRig({ settings: { token } });
    const lines = ['Host: localhost', ...most.slice(1)];
    assert.equal((await tags(own, ...lines, `Authorization: Bearer ${token}`)).status, 200);
    assert.equal((await tags(own, ...lines, `Authorization: Bearer x`)).status, 401);
  });
});
