/** Token counts without an answer: `/v1/messages/count_tokens` and `/v1/responses/input_tokens`. */
import assert from 'node:assert/strict';
import { post, type Rig, startRig, stopRigs } from '../support/endpointRig.js';

const TEXT = 'word '.repeat(800); // 4,000 characters
const BASE = { model: 'claude-sonnet', messages: [{ role: 'user', content: TEXT }] };

async function messages(rig: Rig, more: object = {}): Promise<number> {
  const { status, body } = await post(rig, '/v1/messages/count_tokens', { ...BASE, ...more });
  assert.equal(status, 200, body);
  return (JSON.parse(body) as { input_tokens: number }).input_tokens;
}

/** The beginning of a PNG with this size. */
function png(width: number, height: number): string {
  const bytes = Buffer.alloc(24);
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(bytes);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes.toString('base64');
}

function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= expected / 10, `${actual} is not within 10 % of ${expected}`);
}

describe('token counts', () => {
  afterEach(stopRigs);

  it('include text, system prompt, tools, images and documents, without asking the model', async () => {
    const rig = await startRig();
    const base = await messages(rig);
    assertNear(base, 1_000);
    assertNear((await messages(rig, { system: TEXT })) - base, 1_000);
    const tool = { name: 'f', description: TEXT, input_schema: { type: 'object', properties: {} } };
    assertNear((await messages(rig, { tools: [tool] })) - base, 1_020);
    const withBlock = async (block: object): Promise<number> =>
      (await messages(rig, { messages: [...BASE.messages, { role: 'user', content: [block] }] })) - base;
    const image = (width: number, height: number): object => {
      return { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png(width, height) } };
    };
    assertNear(await withBlock(image(1000, 1000)), 1_338);
    assertNear(await withBlock(image(6000, 6000)), 1_600);
    const document = (source: object): object => ({ type: 'document', source });
    assertNear(await withBlock(document({ type: 'text', media_type: 'text/plain', data: TEXT })), 1_000);
    const pdf = '%PDF-1.4\n1 0 obj\n<< /Type /Pages /Kids [] /Count 3 >>\nendobj\n%%EOF';
    const data = Buffer.from(pdf).toString('base64');
    assertNear(await withBlock(document({ type: 'base64', media_type: 'application/pdf', data })), 6_000);
    const used = { type: 'tool_use', id: 'toolu_1', name: 'f', input: { text: TEXT } };
    const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: TEXT };
    const called = [
      { role: 'assistant', content: [used] },
      { role: 'user', content: [result] },
    ];
    assertNear((await messages(rig, { messages: [...BASE.messages, ...called] })) - base, 2_000);
    assert.equal(rig.backend.requests.length, 0);
  });

  it('are returned in OpenAI’s form for a response', async () => {
    const rig = await startRig();
    const { status, body } = await post(rig, '/v1/responses/input_tokens', {
      model: 'claude-sonnet',
      input: TEXT,
    });
    const { object, input_tokens: tokens } = JSON.parse(body) as { object: string; input_tokens: number };
    assert.deepEqual([status, object], [200, 'response.input_tokens']);
    assertNear(tokens, 1_000);
  });

  it('return the errors of a request that would not be answered', async () => {
    const rig = await startRig();
    for (const [more, status] of [
      [{ model: 'nope' }, 404],
      [{ messages: [] }, 400],
      [{ container: 'c' }, 400],
    ] as const) {
      assert.equal((await post(rig, '/v1/messages/count_tokens', { ...BASE, ...more })).status, status);
    }
  });
});
