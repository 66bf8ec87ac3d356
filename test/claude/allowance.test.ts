import assert from 'node:assert/strict';
import { planHeaders, planLimitReply, textReply } from '../standin/server.js';
import { answerOf, never, request, startCliRig, user, type CliRig } from '../support/cliRig.js';

describe("the plan's limits", function () {
  this.timeout(60_000);
  const SUBSCRIBER = { ANTHROPIC_API_KEY: '', CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-dummy' };
  const soon = Math.floor(Date.now() / 1000) + 3_600;
  const later = soon + 86_400;
  const chat = (rig: CliRig): AsyncIterable<unknown> => rig.backend.chat(request([user('hi')]), never());
  let rig: CliRig;
  afterEach(() => rig.close({ lenient: true }));

  it('are reported with an answer: the usage of each limit and when it resets', async () => {
    rig = await startCliRig({ env: SUBSCRIBER });
    const headers = planHeaders({ used: 0.25, resetsAt: soon }, { used: 0.5, resetsAt: later });
    rig.standIn.reply(textReply('hello', { headers }));
    await answerOf(rig.backend.chat(request([user('hi')]), never()));
    assert.deepEqual(rig.allowances.at(-1), {
      status: 'allowed',
      windows: [
        { name: 'five_hour', used: 0.25, resetsAt: soon },
        { name: 'seven_day', used: 0.5, resetsAt: later },
      ],
    });
  });

  it('are reported when the API rejects a plan without remaining usage', async () => {
    rig = await startCliRig({ env: SUBSCRIBER });
    rig.standIn.reply(planLimitReply(soon));
    await assert.rejects(async () => {
      for await (const event of chat(rig)) void event;
    });
    assert.deepEqual(rig.allowances.at(-1), {
      status: 'rejected',
      windows: [{ name: 'five_hour', used: 1, resetsAt: soon }],
    });
  });

  it('are not reported for an API key', async () => {
    rig = await startCliRig();
    rig.standIn.reply(textReply('hello'));
    await answerOf(rig.backend.chat(request([user('hi')]), never()));
    assert.deepEqual(rig.allowances, []);
  });
});
