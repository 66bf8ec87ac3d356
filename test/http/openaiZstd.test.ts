/** Request bodies in Zstandard, which Codex sends to `/v1/responses`. */
import assert from 'node:assert/strict';
import { COMPRESSED, plainFrame, runFrame, sizedHead, USUAL_WINDOW, WORDS } from '../support/zstdBodies.js';
import { ask, type Reply, startRig, stopRigs } from '../support/endpointRig.js';

const PATH = '/v1/responses';
const messageOf = (reply: Reply): unknown =>
  (JSON.parse(reply.body) as { error: { message: unknown } }).error.message;

const ZSTD = { 'content-encoding': 'zstd' };
const MIB = 1024 * 1024;
const TOO_LARGE = 'http: request body too large';
const HEAD = [0x28, 0xb5, 0x2f, 0xfd];

describe('a request body in Zstandard', () => {
  afterEach(stopRigs);

  it('is decompressed', async () => {
    const rig = await startRig();
    const reply = await ask(rig, { path: PATH, body: COMPRESSED, headers: ZSTD });
    assert.equal(reply.status, 200, reply.body);
    assert.deepEqual(rig.backend.requests[0]?.messages, [
      { role: 'user', content: [{ type: 'text', text: WORDS }] },
    ]);
  });

  it('is accepted with any number of uncompressed blocks', async () => {
    const rig = await startRig();
    for (const padding of [0, 1_000, 19 * MIB]) {
      const body = { model: 'claude-sonnet', input: 'hi', padding: 'x'.repeat(padding) };
      const frame = plainFrame(Buffer.from(JSON.stringify(body)));
      const reply = await ask(rig, { path: PATH, body: frame, headers: ZSTD });
      assert.equal(reply.status, 200, reply.body);
    }
    assert.equal(rig.backend.requests.length, 3);
  });

  for (const [what, body, message] of [
    ['more than 20 MiB', plainFrame(Buffer.alloc(20 * MIB + 1, ' ')), TOO_LARGE],
    ['more than 20 MiB in a few bytes', runFrame(200, 128 * 1024, USUAL_WINDOW), TOO_LARGE],
    ['a window of gigabytes', runFrame(1, 1, 0xa8), TOO_LARGE],
    ['a size of gigabytes', sizedHead(0x7f00_0000), TOO_LARGE],
    ['a million empty blocks', runFrame(1_000_000, 0, 0x68), TOO_LARGE],
    ['a million empty blocks with the smallest window', runFrame(1_000_000, 0, 0), TOO_LARGE],
    [
      'a body that is not a frame',
      Buffer.from('{"model":"claude-sonnet"}'),
      'invalid input: magic number mismatch',
    ],
    ['an empty body', Buffer.alloc(0), 'invalid input: magic number mismatch'],
    ['half a header', Buffer.from(HEAD), 'invalid input: unexpected EOF'],
    ['half a frame', COMPRESSED.subarray(0, 500), 'invalid input: unexpected EOF'],
    ['two frames', Buffer.concat([COMPRESSED, COMPRESSED]), 'invalid input: more than one frame'],
    ['a dictionary', Buffer.from([...HEAD, 1, USUAL_WINDOW, 1]), 'invalid input: unknown dictionary'],
    [
      'an unknown block',
      Buffer.from([...HEAD, 0, USUAL_WINDOW, 7, 0, 0]),
      'invalid input: invalid block type',
    ],
  ] as const) {
    it(`returns 400 for ${what}`, async () => {
      const rig = await startRig();
      const reply = await ask(rig, { path: PATH, body, headers: ZSTD });
      assert.equal(reply.status, 400, reply.body);
      assert.equal(messageOf(reply), message);
      assert.deepEqual(rig.backend.requests, []);
    });
  }

  it('with a wrong byte never crashes the server', async () => {
    const rig = await startRig();
    for (let at = HEAD.length; at < COMPRESSED.length; at += 8) {
      const broken = Buffer.from(COMPRESSED);
      broken[at] = (broken[at] ?? 0) ^ 0x55;
      const reply = await ask(rig, { path: PATH, body: broken, headers: ZSTD });
      assert.ok([200, 400, 404].includes(reply.status), `byte ${at}: ${reply.status} ${reply.body}`);
    }
    assert.equal((await ask(rig, { path: PATH, body: COMPRESSED, headers: ZSTD })).status, 200);
  });

  it('is accepted only under /v1, and no other encoding is', async () => {
    const rig = await startRig();
    const body = COMPRESSED;
    assert.equal((await ask(rig, { path: '/api/chat', body, headers: ZSTD })).status, 415);
    for (const encoding of ['gzip', 'zstd, zstd', 'br']) {
      const headers = { 'content-encoding': encoding };
      assert.equal((await ask(rig, { path: PATH, body, headers })).status, 415, encoding);
    }
  });
});
