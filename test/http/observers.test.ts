/** Observers of requests and chats. Their exceptions are logged, and affect no reply and not the process. */
import assert from 'node:assert/strict';
import { requestWindow } from '../../src/server/server.js';
import { duringAnotherChat, defect, type Stages, startFaultyRig } from './faultyRig.js';
import { ask, chat, linesOf, type Rig, startRig, stopRigs } from '../support/endpointRig.js';
import { until } from '../support/until.mjs';

const logsDefect = ({ lines }: Rig): boolean =>
  lines.some((line) => line.startsWith('error ') && line.includes('a defect'));

describe('an exception', () => {
  afterEach(stopRigs);

  const STAGES: readonly (readonly [string, Partial<Stages>])[] = [
    ['of the observer when a chat starts', { watch: defect }],
    ['of the observer at a phase', { phase: defect }],
    ['of the observer at a permission decision', { decided: defect }],
    ['of the observer when a chat ends', { end: defect }],
    ['of onRequest', { request: defect }],
    ['of onActivity', { activity: defect }],
  ];
  for (const [where, broken] of STAGES) {
    it(`${where} is logged and does not affect the reply`, async () => {
      const faulty = await startFaultyRig();
      const { rig, stages } = faulty;
      await duringAnotherChat(faulty, async () => {
        Object.assign(stages, broken);
        for (const stream of [true, false]) {
          const reply = await chat(rig, { stream });
          assert.equal(reply.status, 200);
          assert.equal(linesOf(`${reply.body.trimEnd()}\n`).at(-1)?.['done'], true);
        }
      });
      assert.ok(logsDefect(rig), rig.lines.join('\n'));
      await until('four requests are recorded', () => rig.records.length === 4);
      assert.ok(
        rig.records.every(({ status, chat, error }) => status === 200 && chat && error === undefined),
      );
    });
  }

  it('of the log and all observers at once does not affect the reply', async () => {
    const faulty = await startFaultyRig();
    const { rig, stages } = faulty;
    await duringAnotherChat(faulty, async () => {
      for (const [, broken] of STAGES) Object.assign(stages, broken);
      stages.log = defect;
      assert.equal((await chat(rig, { stream: false })).status, 200);
      assert.equal((await ask(rig, { path: '/api/tags', headers: { host: 'evil.com' } })).status, 403);
      stages.models = defect;
      assert.equal((await chat(rig)).status, 500);
    });
  });

  it('while releasing the port for another window is logged', async () => {
    const key = 'k'.repeat(32);
    const rig = await startRig({
      windows: { key: () => key, report: () => ({ folder: '', requests: 0 }), releasePort: defect },
    });
    assert.ok(await requestWindow({ host: '127.0.0.1', port: rig.port, key, method: 'POST' }));
    await until('the observer is called', () => logsDefect(rig));
    assert.equal((await chat(rig)).status, 200);
  });
});
