import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { ChatEvent } from '../../../../src/core/chat.js';
import { ChatError } from '../../../../src/core/errors.js';
import {
  createSwappableBackend,
  type SwappableBackend,
} from '../../../../src/vscode/lifecycle/swappableBackend.js';
import type { BackendConfig } from '../../../../src/vscode/lifecycle/desiredConfig.js';
import { fakeCliBackend, REQUEST, type FakeCliBackend } from '../fakeCliBackend.js';

const cli = (folder: string): BackendConfig => ({
  kind: 'cli',
  folder,
  claudePath: '',
  limits: { processes: 4, queue: 64, keepSpares: 'whileInUse', idleMs: 600_000 },
});
const signal = new AbortController().signal;

function slotWith(prepare: (fake: FakeCliBackend) => void = () => undefined): {
  slot: SwappableBackend;
  made: FakeCliBackend[];
} {
  const made: FakeCliBackend[] = [];
  const slot = createSwappableBackend({
    create() {
      const fake = fakeCliBackend();
      prepare(fake);
      made.push(fake);
      return fake;
    },
    onChange: () => undefined,
    warn: (line) => assert.fail(line),
  });
  return { slot, made };
}

async function collect(events: AsyncIterable<ChatEvent>): Promise<string[]> {
  const types: string[] = [];
  for await (const event of events) types.push(event.type);
  return types;
}

describe('the slot of the backend', () => {
  it('keeps the backend when the plan is equal', () => {
    const { slot, made } = slotWith();
    slot.use(cli('/a'));
    slot.use(cli('/a'));
    assert.equal(made.length, 1);
  });

  it('answers a running request to its end when the folder changes, then closes the old backend', async () => {
    const { slot, made } = slotWith();
    slot.use(cli('/a'));
    const answer = slot.backend.chat(REQUEST, signal)[Symbol.asyncIterator]();
    await answer.next();
    slot.use(cli('/b'));
    const [old, current] = made;
    assert.equal(old!.closed, false);
    assert.equal(slot.folder, '/b');
    assert.equal(slot.requests, 1);
    old!.release();
    const rest: string[] = [];
    for (let next = await answer.next(); next.done !== true; next = await answer.next())
      rest.push(next.value.type);
    assert.deepEqual(rest, ['done']);
    assert.equal(old!.closed, true);
    assert.equal(current!.closed, false);
    assert.equal(slot.requests, 0);
  });

  it('closes an idle backend at once when the folder changes', () => {
    const { slot, made } = slotWith();
    slot.use(cli('/a'));
    slot.use(cli('/b'));
    assert.equal(made[0]!.closed, true);
  });

  it('starts nothing for a folder that is not trusted, and refuses with that reason', async () => {
    const { slot, made } = slotWith();
    slot.use({ kind: 'refuse', folder: '/a' });
    await assert.rejects(collect(slot.backend.chat(REQUEST, signal)), { kind: 'untrusted' });
    await assert.rejects(slot.backend.models(), { kind: 'untrusted' });
    await turn();
    assert.equal(made.length, 0);
    assert.ok(slot.readiness.kind === 'problem' && slot.readiness.problem.kind === 'untrusted');
  });

  it('knows version and number of models once the CLI has answered', async () => {
    const { slot } = slotWith();
    slot.use(cli('/a'));
    assert.deepEqual(slot.readiness, { kind: 'checking' });
    await turn();
    assert.deepEqual(slot.readiness, { kind: 'ready', path: '/bin/claude', version: '2.1.330', models: 1 });
  });

  it('says so when nobody is signed in, and looks again when asked', async () => {
    const { slot, made } = slotWith((fake) => (fake.signedIn = false));
    slot.use(cli('/a'));
    await turn();
    assert.ok(slot.readiness.kind === 'problem' && slot.readiness.problem.kind === 'notSignedIn');
    made[0]!.signedIn = true;
    slot.recheck();
    await turn();
    assert.equal(slot.readiness.kind, 'ready');
  });

  it('does not look again while all is well', async () => {
    const { slot, made } = slotWith();
    slot.use(cli('/a'));
    await turn();
    slot.recheck();
    assert.equal(made[0]!.looks, 1);
  });

  it('learns from a failed chat that the CLI is signed out, and from a good one that it is not', async () => {
    const { slot, made } = slotWith();
    slot.use(cli('/a'));
    await turn();
    made[0]!.fail = new ChatError('notSignedIn', 'Signed out.');
    await assert.rejects(collect(slot.backend.chat(REQUEST, signal)), { kind: 'notSignedIn' });
    assert.deepEqual(slot.readiness, {
      kind: 'problem',
      problem: { kind: 'notSignedIn', message: 'Signed out.', program: '/bin/claude' },
    });
    made[0]!.fail = undefined;
    made[0]!.release();
    assert.deepEqual(await collect(slot.backend.chat(REQUEST, signal)), ['text', 'done']);
    await turn();
    assert.equal(slot.readiness.kind, 'ready');
  });

  it('does not take the failure of one request for a problem of the CLI', async () => {
    const { slot, made } = slotWith();
    slot.use(cli('/a'));
    await turn();
    made[0]!.fail = new ChatError('contextTooLong', 'Too long.');
    await assert.rejects(collect(slot.backend.chat(REQUEST, signal)), { kind: 'contextTooLong' });
    assert.equal(slot.readiness.kind, 'ready');
  });

  it('counts a request that its client left as over', async () => {
    const { slot } = slotWith();
    slot.use(cli('/a'));
    for await (const event of slot.backend.chat(REQUEST, signal)) {
      assert.equal(event.type, 'text');
      assert.equal(slot.requests, 1);
      break;
    }
    assert.equal(slot.requests, 0);
  });

  it('closes every backend when cleared, retired ones with requests too, and then refuses', async () => {
    const { slot, made } = slotWith();
    slot.use(cli('/a'));
    const answer = slot.backend.chat(REQUEST, signal)[Symbol.asyncIterator]();
    await answer.next();
    slot.use(cli('/b'));
    await slot.clear();
    assert.deepEqual(
      made.map((fake) => fake.closed),
      [true, true],
    );
    await assert.rejects(slot.backend.models(), { kind: 'cancelled' });
  });

  it('can still kill a backend whose closing does not end', () => {
    const { slot, made } = slotWith((fake) => (fake.stuck = true));
    slot.use(cli('/a'));
    void slot.clear();
    slot.closeNow();
    assert.equal(made[0]!.killed, true);
  });

  it('kills everything without waiting when the host exits', () => {
    const { slot, made } = slotWith();
    slot.use(cli('/a'));
    slot.closeNow();
    assert.equal(made[0]!.killed, true);
  });
});
