/** The built program loads the decompressor on first use. */
import assert from 'node:assert/strict';
import { COMPRESSED, WORDS } from '../support/zstdBodies.js';
import { textReply } from '../standin/server.js';
import { startHeadless } from '../support/headless.js';

describe('a request body in Zstandard', function () {
  this.timeout(60_000);

  it('reaches the model decompressed', async () => {
    const headless = await startHeadless();
    try {
      headless.standIn.reply(textReply('Read.'));
      const response = await fetch(`${headless.url}/v1/responses`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'zstd' },
        body: new Uint8Array(COMPRESSED),
      });
      assert.equal(response.status, 200, await response.clone().text());
      assert.match(await response.text(), /Read\./);
      assert.ok(headless.standIn.requests.at(-1)?.raw.includes(WORDS));
    } finally {
      await headless.stop();
    }
  });
});
