/** Those outside who hear of requests. Their defects are theirs: no answer suffers from one, and not the program. */
import assert from 'node:assert/strict';
import { askWindow } from '../../src/server/server.js';
import { besideAnother, defect, type Stages, startFaulty } from './faultyRig.js';
import { ask, chat, linesOf, type Rig, startRig, stopRigs } from '../support/endpointRig.js';
import { until } from '../support/until.mjs';

const wasTold = ({ lines }: Rig): boolean =>
  lines.some((line) => line.startsWith('error ') && line.includes('a defect'));

describe('a defect of those who listen', () => {
  afterEach(stopRigs);

  const STAGES: readonly (readonly [string, Partial<Stages>])[] = [
    ['that are told of chats', { watch: defect }],
    ['that are told of phases', { phase: defect }],
    ['that are told of decisions', { decided: defect }],
    ['that are told of ends', { end: defect }],
    ['that are told of requests', { request: defect }],
    ['that are told of activity', { activity: defect }],
  ];
  for (const [who, broken] of STAGES) {
    it(`${who} is logged, and reaches no answer`, async () => {
      const faulty = await startFaulty();
      const { rig, stages } = faulty;
      await besideAnother(faulty, async () => {
        Object.assign(stages, broken);
        for (const stream of [true, false]) {
          const reply = await chat(rig, { stream });
          assert.equal(reply.status, 200);
          assert.equal(linesOf(`${reply.body.trimEnd()}\n`).at(-1)?.['done'], true);
        }
      });
      assert.ok(wasTold(rig), rig.lines.join('\n'));
      await until('four requests are recorded', () => rig.records.length === 4);
      assert.ok(
        rig.records.every(({ status, chat, error }) => status === 200 && chat && error === undefined),
      );
    });
  }

  it('and of the log, all at once, reaches no answer either', async () => {
    const faulty = await startFaulty();
    const { rig, stages } = faulty;
    await besideAnother(faulty, async () => {
      for (const [, broken] of STAGES) Object.assign(stages, broken);
      stages.log = defect;
      assert.equal((await chat(rig, { stream: false })).status, 200);
      assert.equal((await ask(rig, { path: '/api/tags', headers: { host: 'evil.com' } })).status, 403);
      stages.models = defect;
      assert.equal((await chat(rig)).status, 500);
    });
  });

  it('that give up the port for another window is logged', async () => {
    const key = 'k'.repeat(32);
    const rig = await startRig({
      windows: { key: () => key, report: () => ({ folder: '', requests: 0 }), cede: defect },
    });
    assert.ok(await askWindow('127.0.0.1', rig.port, key, 'POST'));
    await until('the observer is called', () => wasTold(rig));
    assert.equal((await chat(rig)).status, 200);
  });
});
