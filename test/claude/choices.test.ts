/** Several chats of one request, with the real CLI and few processes. */
import assert from 'node:assert/strict';
import { ChatError } from '../../src/core/errors.js';
import type { ReplyEvent } from '../../src/protocol/dialect.js';
import { answerChoices } from '../../src/server/choices.js';
import { textReply } from '../standin/server.js';
import { never, request, startCliRig, user, type CliRig } from '../support/cliRig.js';
import { createLatch } from '../support/latch.js';
import { until } from '../support/until.mjs';

describe('the chats of one request', function () {
  this.timeout(120_000);
  let rig: CliRig;
  afterEach(() => rig.close({ lenient: true }));

  const choices = (count: number, signal = never()): AsyncIterable<ReplyEvent> =>
    answerChoices({
      requests: Array.from({ length: count }, () => request([user('U1')])),
      chat: (each, chatSignal) => rig.backend.chat(each, chatSignal),
      signal,
    });

  for (const processes of [1, 2]) {
    it(`are all answered with the process limit ${processes}`, async () => {
      rig = await startCliRig({ limits: { processes, prewarm: 'never' } });
      const words = ['one', 'two', 'three'];
      rig.standIn.reply(...words.map((word) => textReply(word)));
      const said = new Map<number | undefined, string>();
      for await (const event of choices(3)) {
        if (event.type === 'text') said.set(event.choice, (said.get(event.choice) ?? '') + event.text);
        assert.ok(rig.backend.activity().processes <= processes);
      }
      assert.deepEqual(new Set(said.keys()), new Set([0, 1, 2]));
      assert.deepEqual(new Set(said.values()), new Set(words));
    });
  }

  it('are all cancelled with their request, also those that wait for a process', async () => {
    rig = await startCliRig({ limits: { processes: 1, prewarm: 'never' } });
    const held = createLatch();
    rig.standIn.reply(textReply(['one', held.opened]));
    const client = new AbortController();
    await assert.rejects(async () => {
      for await (const event of choices(3, client.signal)) {
        if (event.type === 'text') client.abort(new ChatError('cancelled', 'The client disconnected.'));
      }
    });
    await rig.standIn.requests[0]?.closed;
    held.open();
    await until('no chat runs or waits', () => {
      const { running, waiting } = rig.backend.activity();
      return running + waiting === 0;
    });
    assert.equal(rig.standIn.requests.length, 1);
  });
});
