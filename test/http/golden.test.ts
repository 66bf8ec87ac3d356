/** The golden table: what a real Ollama answered to each request. `npm run golden` makes it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { OLLAMA_VERSION } from '../../src/protocol/ollama/models.js';
import { ask, startRig, stopRigs } from '../support/endpointRig.js';
import type { GoldenTable } from '../support/golden/record.js';
import { type GoldenReply, goldenReply } from '../support/golden/replies.js';
import { type GoldenRequest, REQUESTS } from '../support/golden/requests.js';

const TABLE = new URL('../../../test/http/golden.json', import.meta.url);
const { version, replies } = JSON.parse(readFileSync(TABLE, 'utf8')) as GoldenTable;

async function replyTo({
  script,
  title: _title,
  differs: _differs,
  ...asked
}: GoldenRequest): Promise<GoldenReply> {
  const rig = await startRig();
  if (script !== undefined) rig.backend.script = script;
  return goldenReply(await ask(rig, asked));
}

describe(`Ollama ${version}`, () => {
  afterEach(stopRigs);

  it('is the version that the server reports', () => {
    assert.equal(version, OLLAMA_VERSION);
  });

  it('has answered exactly the requests of the table', () => {
    assert.deepEqual(Object.keys(replies).sort(), REQUESTS.map(({ title }) => title).sort());
  });

  for (const request of REQUESTS) {
    const { title, differs } = request;
    if (differs === undefined) {
      it(`is imitated: ${title}`, async () => {
        assert.deepEqual(await replyTo(request), replies[title]);
      });
    } else {
      it(`differs as listed (${differs}): ${title}`, async () => {
        assert.notDeepEqual(await replyTo(request), replies[title]);
      });
    }
  }
});
