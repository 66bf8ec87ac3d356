/** A client's tools either all reach the model, or the client gets an error. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChatRequest } from '../../src/core/chat.js';
import type { JsonObject } from '../../src/core/json.js';
import { textReply, toolReply } from '../standin/server.js';
import { answerOf, never, request, startCliRig, user, type Answer, type CliRig } from '../support/cliRig.js';

const GOOD = { type: 'object', properties: { q: { type: 'string' } } };

describe('tools that the CLI does not handle as it should', function () {
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
  const callOfTool0 = toolReply({ id: 'toolu_1', name: 'tool_0', input: { q: 'x' } });
  const send = (asked: ChatRequest): Promise<Answer> => answerOf(rig.backend.chat(asked, never()));

  it('are an error before the model is asked if a permission rule of the user denies them', async () => {
    const settings = { permissions: { deny: ['mcp__*'] } };
    await writeFile(join(rig.environment.root, 'config', 'settings.json'), JSON.stringify(settings));
    for (let time = 1; time <= 2; time++) {
      await assert.rejects(send(withTools(GOOD)), {
        kind: 'badRequest',
        message: /tool_0\. .*permission rule/,
      });
    }
    assert.equal(rig.standIn.requests.length, 0);
  });

  for (const settings of [{ disableAllHooks: true }, { env: { CLAUDE_CODE_SIMPLE: '1' } }]) {
    it(`reach the client when settings would switch hooks off: ${JSON.stringify(settings)}`, async () => {
      await writeFile(join(rig.environment.root, 'config', 'settings.json'), JSON.stringify(settings));
      rig.standIn.reply(callOfTool0);
      const { done } = await send(withTools(GOOD));
      assert.equal(done.reason, 'toolCalls');
    });
  }

  it('have their properties in the order of the newest request', async () => {
    const orders = [
      ['reason', 'answer'],
      ['answer', 'reason'],
    ];
    for (const names of orders) {
      rig.standIn.reply(textReply('A'));
      await send(
        withTools({ type: 'object', properties: Object.fromEntries(names.map((name) => [name, GOOD])) }),
      );
    }
    const offered = rig.standIn.requests.map(({ body }) => {
      const schema = body.tools?.[0]?.['input_schema'] as { properties: JsonObject };
      return Object.keys(schema.properties);
    });
    assert.deepEqual(offered, orders);
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
