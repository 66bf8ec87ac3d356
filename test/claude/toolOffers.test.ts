/** A client's tools either all reach the model, or the client gets an error. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChatRequest } from '../../src/core/chat.js';
import type { JsonObject } from '../../src/core/json.js';
import { textReply } from '../standin/server.js';
import { answerOf, never, request, startCliRig, user, type CliRig } from '../support/cliRig.js';

const GOOD = { type: 'object', properties: { q: { type: 'string' } } };

describe('tools that the CLI does not offer to the model', function () {
  this.timeout(120_000);
  let rig: CliRig;

  beforeEach(async () => {
    rig = await startCliRig({ limits: { processes: 1, prewarm: 'always' } });
  });
  afterEach(() => rig.close({ lenient: true }));

  function withTools(...schemas: readonly JsonObject[]): ChatRequest {
    const tools = schemas.map((parameters, i) => ({ name: `tool_${i}`, description: '', parameters }));
    return request([user('hi')], { tools });
  }
  const send = (asked: ChatRequest): Promise<unknown> => answerOf(rig.backend.chat(asked, never()));

  async function answersAfterwards(): Promise<void> {
    rig.standIn.reply(textReply('A'));
    await send(withTools(GOOD));
    const { body } = rig.standIn.requests.at(-1)!;
    assert.deepEqual(
      body.tools?.map((tool) => tool.name),
      ['tool_0'],
    );
  }

  it('are an error each time if the CLI cannot read a schema, and the model is not asked', async () => {
    for (let time = 1; time <= 2; time++) {
      await assert.rejects(send(withTools(GOOD, { type: 'object', required: null })), {
        kind: 'badRequest',
        message: /cannot read the JSON Schema of one of these tools: tool_0, tool_1/,
      });
    }
    assert.equal(rig.standIn.requests.length, 0);
    await answersAfterwards();
  });

  it('are an error each time, which names the tool that the CLI has left out', async () => {
    for (let time = 1; time <= 2; time++) {
      rig.standIn.reply(textReply('not for the client'));
      await assert.rejects(send(withTools(GOOD, { ...GOOD, anyOf: [{ required: ['q'] }] })), {
        kind: 'badRequest',
        message: /does not offer these tools to the model: tool_1\./,
      });
    }
  });

  it('are no error where the CLI lists a tool by another name', async () => {
    const tools = ['Agent', 'Bash', 'look'].map((name) => ({ name, description: '', parameters: GOOD }));
    rig.standIn.reply(textReply('A'));
    await send(request([user('hi')], { tools }));
    const { body } = rig.standIn.requests.at(-1)!;
    assert.deepEqual(body.tools?.map((tool) => tool.name).toSorted(), ['Agent', 'Bash', 'look']);
  });

  it('are an error if a permission rule of the user denies them', async () => {
    const settings = { permissions: { deny: ['mcp__*'] } };
    await writeFile(join(rig.environment.root, 'config', 'settings.json'), JSON.stringify(settings));
    rig.standIn.reply(textReply('not for the client'));
    await assert.rejects(send(withTools(GOOD)), { kind: 'badRequest', message: /permission rule/ });
  });

  it('are offered again after a request that was cancelled during the set-up', async () => {
    await rig.backend.models();
    for (const delayMs of [0, 2, 5, 10, 20, 40]) {
      const client = new AbortController();
      const cancelled = answerOf(rig.backend.chat(withTools(GOOD, GOOD), client.signal));
      setTimeout(() => client.abort(), delayMs);
      rig.standIn.reply(textReply('A'));
      await cancelled.catch(() => undefined);
      rig.standIn.reply(textReply('A'));
      await send(withTools(GOOD, GOOD));
      const { body } = rig.standIn.requests.at(-1)!;
      assert.equal(body.tools?.length, 2, `cancelled after ${delayMs} ms`);
    }
  });
});
