import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { ChatEvent } from '../../../../src/core/chat.js';
import { ChatError } from '../../../../src/core/errors.js';
import {
  createSwappableBackend,
  type SwappableBackend,
} from '../../../../src/vscode/lifecycle/swappableBackend.js';
import { cliConfig } from '../editorWindow.js';
import { fakeCliBackend, REQUEST, type FakeCliBackend } from '../fakeCliBackend.js';

const signal = new AbortController().signal;

/** @param prepare called for every backend that is created */
function createWithFakes(prepare: (fake: FakeCliBackend) => void = () => undefined): {
  swappable: SwappableBackend;
  created: FakeCliBackend[];
} {
  const created: FakeCliBackend[] = [];
  const swappable = createSwappableBackend({
    create() {
      const fake = fakeCliBackend();
      prepare(fake);
      created.push(fake);
      return fake;
    },
    onChange: () => undefined,
    warn: (line) => assert.fail(line),
  });
  return { swappable, created };
}

async function collect(events: AsyncIterable<ChatEvent>): Promise<string[]> {
  const types: string[] = [];
  for await (const event of events) types.push(event.type);
  return types;
}

describe('SwappableBackend', () => {
  it('keeps the backend when the configuration is equal', () => {
    const { swappable, created } = createWithFakes();
    swappable.use(cliConfig('/a'));
    swappable.use(cliConfig('/a'));
    assert.equal(created.length, 1);
  });

  it('completes a running request when the folder changes, then closes the old backend', async () => {
    const { swappable, created } = createWithFakes();
    swappable.use(cliConfig('/a'));
    const answer = swappable.backend.chat(REQUEST, signal)[Symbol.asyncIterator]();
    await answer.next();
    swappable.use(cliConfig('/b'));
    const [old, current] = created;
    assert.equal(old!.closed, false);
    assert.equal(swappable.folder, '/b');
    assert.equal(swappable.requests, 1);
    old!.release();
    const rest: string[] = [];
    for (let next = await answer.next(); next.done !== true; next = await answer.next())
      rest.push(next.value.type);
    assert.deepEqual(rest, ['done']);
    assert.equal(old!.closed, true);
    assert.equal(current!.closed, false);
    assert.equal(swappable.requests, 0);
  });

  it('closes an idle backend immediately when the folder changes', () => {
    const { swappable, created } = createWithFakes();
    swappable.use(cliConfig('/a'));
    swappable.use(cliConfig('/b'));
    assert.equal(created[0]!.closed, true);
  });

  it('creates no backend for an untrusted folder, and refuses requests with that reason', async () => {
    const { swappable, created } = createWithFakes();
    swappable.use({ kind: 'refuse', folder: '/a' });
    await assert.rejects(collect(swappable.backend.chat(REQUEST, signal)), { kind: 'untrusted' });
    await assert.rejects(swappable.backend.models(), { kind: 'untrusted' });
    await turn();
    assert.equal(created.length, 0);
    assert.ok(swappable.readiness.kind === 'problem' && swappable.readiness.problem.kind === 'untrusted');
  });

  it('reports the version and the number of models once the CLI has answered', async () => {
    const { swappable } = createWithFakes();
    swappable.use(cliConfig('/a'));
    assert.deepEqual(swappable.readiness, { kind: 'checking' });
    await turn();
    assert.deepEqual(swappable.readiness, {
      kind: 'ready',
      path: '/bin/claude',
      version: '2.1.330',
      models: 1,
    });
  });

  it('reports that the CLI is not signed in, and checks again when asked', async () => {
    const { swappable, created } = createWithFakes((fake) => (fake.signedIn = false));
    swappable.use(cliConfig('/a'));
    await turn();
    assert.ok(swappable.readiness.kind === 'problem' && swappable.readiness.problem.kind === 'notSignedIn');
    created[0]!.signedIn = true;
    swappable.recheck();
    await turn();
    assert.equal(swappable.readiness.kind, 'ready');
  });

  it('does not check again while the CLI is ready', async () => {
    const { swappable, created } = createWithFakes();
    swappable.use(cliConfig('/a'));
    await turn();
    swappable.recheck();
    assert.equal(created[0]!.checks, 1);
  });

  it('learns from a failed chat that the CLI is signed out, and from a successful one that it is signed in', async () => {
    const { swappable, created } = createWithFakes();
    swappable.use(cliConfig('/a'));
    await turn();
    created[0]!.error = new ChatError('notSignedIn', 'Signed out.');
    await assert.rejects(collect(swappable.backend.chat(REQUEST, signal)), { kind: 'notSignedIn' });
    assert.deepEqual(swappable.readiness, {
      kind: 'problem',
      problem: { kind: 'notSignedIn', message: 'Signed out.', program: '/bin/claude' },
    });
    created[0]!.error = undefined;
    created[0]!.release();
    assert.deepEqual(await collect(swappable.backend.chat(REQUEST, signal)), ['text', 'done']);
    await turn();
    assert.equal(swappable.readiness.kind, 'ready');
  });

  it('does not take the error of one request for a problem of the CLI', async () => {
    const { swappable, created } = createWithFakes();
    swappable.use(cliConfig('/a'));
    await turn();
    created[0]!.error = new ChatError('contextTooLong', 'Too long.');
    await assert.rejects(collect(swappable.backend.chat(REQUEST, signal)), { kind: 'contextTooLong' });
    assert.equal(swappable.readiness.kind, 'ready');
  });

  it('no longer counts a request after its client has disconnected', async () => {
    const { swappable } = createWithFakes();
    swappable.use(cliConfig('/a'));
    for await (const event of swappable.backend.chat(REQUEST, signal)) {
      assert.equal(event.type, 'text');
      assert.equal(swappable.requests, 1);
      break;
    }
    assert.equal(swappable.requests, 0);
  });

  it('closes every backend with closeAll, replaced ones with requests included, and then refuses requests', async () => {
    const { swappable, created } = createWithFakes();
    swappable.use(cliConfig('/a'));
    const answer = swappable.backend.chat(REQUEST, signal)[Symbol.asyncIterator]();
    await answer.next();
    swappable.use(cliConfig('/b'));
    await swappable.closeAll();
    assert.deepEqual(
      created.map((fake) => fake.closed),
      [true, true],
    );
    await assert.rejects(swappable.backend.models(), { kind: 'cancelled' });
  });

  it('can still kill a backend that does not close', () => {
    const { swappable, created } = createWithFakes((fake) => (fake.stuck = true));
    swappable.use(cliConfig('/a'));
    void swappable.closeAll();
    swappable.closeNow();
    assert.equal(created[0]!.killed, true);
  });

  it('kills every backend without waiting when the extension host exits', () => {
    const { swappable, created } = createWithFakes();
    swappable.use(cliConfig('/a'));
    swappable.closeNow();
    assert.equal(created[0]!.killed, true);
  });
});
