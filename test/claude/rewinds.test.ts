/** A CLI that cannot remove a conversation from its process. */
import assert from 'node:assert/strict';
import { answerSteps } from '../support/fakeCli.js';
import { answerOf, assistant, never, request, user } from '../support/cliRig.js';
import { until } from '../support/until.mjs';
import { startFake, type FakeRig } from './fakeRig.js';

const hi = (text: string) => request([user(text)], { model: 'default' });
const EDITED = [
  hi('first'),
  request([user('first'), assistant('Hello'), user('second')], { model: 'default' }),
  request([user('first'), assistant('Hello'), user('another second')], { model: 'default' }),
];

describe('a CLI that cannot remove a conversation from its process', function () {
  this.timeout(60_000);
  let rig: FakeRig;

  before(function () {
    // The fake CLI is a script with `#!`.
    if (process.platform === 'win32') this.skip();
  });
  afterEach(() => rig.close());

  const warnings = (): string[] => rig.log.filter((line) => line.startsWith('warn '));

  for (const rewind of ['refuses', 'ignores'] as const) {
    for (const prewarm of rewind === 'refuses' ? (['always', 'never'] as const) : (['always'] as const)) {
      it(`gets every request answered and logs one line if it ${rewind} that, with prewarm ${prewarm}`, async () => {
        rig = await startFake({ rewind, steps: answerSteps('Hello') }, { processes: 1, prewarm });
        const conversations = [hi('a'), hi('b'), hi('c'), ...EDITED, hi('d'), hi('e')];
        for (const next of conversations) {
          assert.equal((await answerOf(rig.backend.chat(next, never()))).text, 'Hello');
        }
        assert.equal(warnings().length, 1, rig.log.join('\n'));
        assert.match(warnings()[0]!, /CLI 2\.1\.330 could not remove a conversation .*answers start later/);
        assert.equal((await rig.backend.inspect()).cannotReuse, true);
      });
    }

    it(`does not delay cancelled requests and the next ones if it ${rewind} that`, async () => {
      rig = await startFake({ rewind, steps: answerSteps('Hello') }, { processes: 1, idleMs: 0 });
      for (const text of ['a', 'b', 'c', 'd']) {
        for await (const _event of rig.backend.chat(hi(text), never())) break;
        assert.equal((await answerOf(rig.backend.chat(hi(`${text} again`), never()))).text, 'Hello');
      }
      assert.equal(warnings().length, 1, rig.log.join('\n'));
      await until('the last process has ended', () => rig.backend.activity().processes === 0);
    });
  }

  it('is not confused with one that can', async () => {
    rig = await startFake({ steps: answerSteps('Hello') }, { processes: 1, prewarm: 'always' });
    for (const next of [hi('a'), hi('b'), ...EDITED]) await answerOf(rig.backend.chat(next, never()));
    assert.deepEqual(warnings(), []);
    assert.equal(rig.pids().length, 1);
    assert.equal((await rig.backend.inspect()).cannotReuse, false);
  });
});
