/** How processes of the CLI end that nobody has told to, or that do not end when told: with all that they started. */
import assert from 'node:assert/strict';
import { answerActs, beginActs, requesting, type Act, type FakeScript } from '../support/fakeCli.js';
import { HI, startFake, type FakeRig } from './fakeRig.js';
import { answerOf, never, request, user } from '../support/cliRig.js';
import { isAlive } from '../support/processes.js';
import { until } from '../support/until.mjs';
import type { BackendLimits } from '../../src/claude/backend.js';

const GRANDCHILD: Act = { do: 'grandchild' };
const HANG: Act = { do: 'hang' };
/** The last that is heard of it. */
const AWAKE: Act = { do: 'say', message: requesting };

describe('a process of the CLI', function () {
  this.timeout(60_000);
  let rig: FakeRig;
  const further: FakeRig[] = [];

  before(function () {
    // The fake is a script with `#!`.
    if (process.platform === 'win32') this.skip();
  });
  afterEach(async () => {
    for (const one of [rig, ...further.splice(0)]) await one.close();
  });

  async function start(script: FakeScript, limits: Partial<BackendLimits> = {}): Promise<void> {
    rig = await startFake(script, limits);
  }

  const all = (): number[] => [...rig.pids(), ...rig.grandchildren()];
  const gone = (): Promise<boolean> => until('all are gone', () => !all().some(isAlive));

  describe('that dies by itself', () => {
    const deaths: readonly Act[] = [
      { do: 'exit', code: 1 },
      { do: 'exit', code: 0 },
      { do: 'die', signal: 'SIGSEGV' },
      { do: 'die', signal: 'SIGKILL' },
    ];
    for (const death of deaths) {
      const how = death.do === 'exit' ? `code ${death.code}` : death.do === 'die' ? death.signal : '';
      it(`(${how}) takes with it what it has started in sessions of their own`, async () => {
        await start({ acts: [GRANDCHILD, GRANDCHILD, ...beginActs('a'), death] });
        await rig.fails('cliFailed', /before the answer was complete/);
        assert.equal(rig.grandchildren().length, 2);
        await gone();
        assert.match(rig.log.join('\n'), /^warn \[cli\] pid=\d+,\d+ outlived the CLI that started it/m);
      });
    }

    it('does so between two turns, too', async () => {
      await start({
        acts: [GRANDCHILD, ...answerActs('a'), { do: 'await', file: 'go' }, { do: 'exit', code: 3 }],
      });
      assert.equal((await answerOf(rig.backend.chat(HI, never()))).text, 'a');
      assert.deepEqual(all().filter(isAlive), all());
      rig.put('go');
      await gone();
    });

    it('has its leftovers ended before the backend is closed', async () => {
      await start({ acts: [GRANDCHILD, ...beginActs('a'), { do: 'exit', code: 3 }] });
      await rig.fails('cliFailed', /ended with code 3/);
      await rig.backend.close();
      await gone();
    });

    it('takes nothing with it of what others have started', async () => {
      await start({ acts: [GRANDCHILD, ...beginActs('a'), { do: 'exit', code: 3 }] });
      const other = await startFake({
        acts: [GRANDCHILD, ...beginActs('b'), { do: 'await', file: 'go' }, ...answerActs('b').slice(-2)],
      });
      further.push(other);
      const events = other.backend.chat(HI, never())[Symbol.asyncIterator]();
      await events.next();
      await rig.fails('cliFailed', /ended with code 3/);
      await gone();
      assert.equal(other.grandchildren().length, 1);
      assert.ok(other.grandchildren().every(isAlive));
      other.put('go');
      assert.equal((await answerOf({ [Symbol.asyncIterator]: () => events })).text, 'b');
    });
  });

  it('that is told to end ends its own; nobody looks for more', async () => {
    await start({ acts: [GRANDCHILD, ...answerActs('a')] });
    await answerOf(rig.backend.chat(HI, never()));
    await rig.backend.close();
    await gone();
    assert.doesNotMatch(rig.log.join('\n'), /outlived/);
  });

  describe('that is silent is given up, and then it is gone', () => {
    const scripts: readonly (readonly [string, FakeScript])[] = [
      ['when asked to go', { acts: [AWAKE, HANG] }],
      ['when asked to go, with what it has started', { acts: [GRANDCHILD, AWAKE, HANG] }],
      ['by force when it does not go', { ignoreTerm: true, acts: [AWAKE, HANG] }],
      ['by force with what it has started', { ignoreTerm: true, acts: [GRANDCHILD, AWAKE, HANG] }],
      ['by force in mid-answer', { ignoreTerm: true, acts: [GRANDCHILD, ...beginActs('a'), HANG] }],
    ];
    for (const [how, script] of scripts) {
      it(how, async () => {
        await start(script, { silenceMs: 200 });
        await rig.fails('timeout', /was silent/);
        assert.equal(rig.pids().length, 1);
        await rig.backend.close();
        await gone();
        const said = rig.log
          .filter((line) => /did not end in|ended code=/.test(line))
          .map((line) => line.replace(/pid=\d+ /, '').replace(/code=(143|0) /, 'code=its-own '));
        const killed = 'warn [cli] did not end in 1800 ms and is killed';
        assert.deepEqual(
          said,
          script.ignoreTerm === true
            ? [killed, 'debug [cli] ended code=null signal=SIGKILL']
            : ['debug [cli] ended code=its-own signal=null'],
        );
      });
    }
  });

  describe('that can be heard no more and lives on', () => {
    it('is ended long before the silence would tell', async () => {
      await start({ acts: [...beginActs('a'), { do: 'closeStdout' }, HANG] });
      await rig.fails('cliFailed', /before the answer was complete: it closed its output and went on/);
      await gone();
    });

    it('is ended once it is silent where what it started holds the pipe', async () => {
      await start({ acts: [GRANDCHILD, ...beginActs('a'), { do: 'closeStdout' }, HANG] }, { silenceMs: 200 });
      await rig.fails('timeout', /was silent/);
      await gone();
    });
  });

  it('that can be told nothing is ended, whatever it was to be told', async () => {
    await start({ closesStdin: true });
    const big = request([user('x'.repeat(5_000_000))], { model: 'default' });
    await assert.rejects(answerOf(rig.backend.chat(big, never())), {
      kind: 'cliFailed',
      message: /it closed its input and went on/,
    });
    assert.equal(rig.pids().length, 1);
    await gone();
  });

  it('has its lines counted that are no messages', async () => {
    const junk =
      '\n\r\n\u001b[31mwarning\u001b[0m secret\n{"type":"future","x":1}\n{"type":"result"\n[]\n7\n{"a":1}\n';
    const bytes: Act = { do: 'bytes', base64: Buffer.from(junk).toString('base64'), size: 7 };
    await start({ acts: [bytes, ...answerActs('still')] });
    assert.equal((await answerOf(rig.backend.chat(HI, never()))).text, 'still');
    await rig.backend.close();
    const lines = rig.log.filter((line) => /no messages/.test(line));
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^debug \[cli\] pid=\d+ wrote 5 lines that are no messages$/);
    assert.doesNotMatch(rig.log.join('\n'), /secret/);
  });
});
