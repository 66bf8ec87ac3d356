import assert from 'node:assert/strict';
import * as zlib from 'node:zlib';
import { chat, linesOf, ready, status, textOf, untilStatus } from './endpoint.js';

/** Node's own compressor, which every supported editor has and the oldest supported Node has not. */
const { zstdCompressSync } = zlib as unknown as { zstdCompressSync: (text: string) => Buffer };

describe('a chat through the port', () => {
  it('may come compressed in Zstandard, and is no less bounded then', async () => {
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
    const torn = zstdCompressSync(text);
    torn[torn.length - 3]! ^= 0xff;
    assert.equal((await post(torn)).status, 400);
  });

  it('is answered by the real CLI, line by line', async () => {
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

  it('counts as at work while it runs, and not when its client has left', async () => {
    const { port } = await ready();
    const leave = new AbortController();
    const answer = chat(port, 'hang', { signal: leave.signal }).then(
      (response) => response.text(),
      () => 'left',
    );
    await untilStatus((now) => now.state === 'running' && now.requests === 1);
    leave.abort();
    await answer;
    await untilStatus((now) => now.state === 'running' && now.requests === 0);
    assert.equal(status().state, 'running');
  });

  it('lists the models of both lanes', async () => {
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
