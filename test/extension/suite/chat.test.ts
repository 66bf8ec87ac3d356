import assert from 'node:assert/strict';
import * as zlib from 'node:zlib';
import { chat, linesOf, ready, status, textOf, untilStatus } from './endpoint.js';

/** In the Node of every supported editor, but not in the types of the oldest supported Node. */
const { zstdCompressSync } = zlib as unknown as { zstdCompressSync: (text: string) => Buffer };

describe('chat requests', () => {
  it('may be compressed with Zstandard, with the same size limit', async () => {
    const { port } = await ready();
    const post = (body: Buffer): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/v1/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-encoding': 'zstd' },
        body: new Uint8Array(body),
      });
    const text = JSON.stringify({ model: 'claude-sonnet', input: 'say: unpacked' });
    assert.match(await (await post(zstdCompressSync(text))).text(), /"unpacked"/);
    const bomb = await post(zstdCompressSync(' '.repeat(21 * 1024 * 1024)));
    assert.deepEqual([bomb.status, /too large/.test(await bomb.text())], [400, true]);
    const corrupt = zstdCompressSync(text);
    corrupt[corrupt.length - 3]! ^= 0xff;
    assert.equal((await post(corrupt)).status, 400);
  });

  it('are answered by the real CLI as a stream of lines', async () => {
    const { port } = await ready();
    const response = await chat(port, 'say: Hello\n  from Claude 🦙');
    assert.equal(response.status, 200);
    const lines = linesOf(await response.text());
    assert.ok(lines.length > 2, `only ${lines.length} lines`);
    assert.equal(textOf(lines), 'Hello\n  from Claude 🦙');
    const last = lines.at(-1)!;
    assert.equal(last.done, true);
    assert.equal(last.done_reason, 'stop');
    assert.ok(last.eval_count! > 0);
  });

  it('are counted as active until their client disconnects', async () => {
    const { port } = await ready();
    const client = new AbortController();
    const answer = chat(port, 'hang', { signal: client.signal }).then(
      (response) => response.text(),
      () => 'disconnected',
    );
    await untilStatus((now) => now.state === 'running' && now.requests === 1);
    client.abort();
    await answer;
    await untilStatus((now) => now.state === 'running' && now.requests === 0);
    assert.equal(status().state, 'running');
  });

  it('can name models of both lanes', async () => {
    const { port } = await ready();
    const response = await fetch(`http://127.0.0.1:${port}/api/tags`);
    const { models } = (await response.json()) as { models: { name: string }[] };
    for (const tag of ['latest', 'workspace']) {
      assert.ok(
        models.some((model) => new RegExp(`^claude-.+:${tag}$`).test(model.name)),
        tag,
      );
    }
  });
});
