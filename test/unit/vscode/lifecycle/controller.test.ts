import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { ChatError } from '../../../../src/core/errors.js';
import { silentLogger } from '../../../../src/core/log.js';
import { createController, type Controller } from '../../../../src/vscode/lifecycle/controller.js';
import { cli, openWindow, planFor, type Window } from '../editorWindow.js';
import { fakeCliBackend, MODEL } from '../fakeCliBackend.js';
import { freePort, isOpen } from '../../../support/ports.mjs';
import { stranger } from '../ports.js';

describe('the controller', () => {
  const windows: Window[] = [];
  const open = (port: number, known?: Promise<void>): Window => {
    const window = openWindow(port, known);
    windows.push(window);
    return window;
  };
  afterEach(async () => {
    await Promise.all(windows.splice(0).map((window) => window.controller.end()));
  });

  it('goes from stopped over starting to running, and back', async () => {
    const port = await freePort();
    const { controller, states } = open(port);
    assert.deepEqual(controller.status, { state: 'stopped' });
    await controller.start();
    assert.equal(controller.status.state, 'running');
    assert.equal(await isOpen(port), true);
    await controller.stop();
    assert.equal(await isOpen(port), false);
    assert.deepEqual(states, ['starting', 'running', 'stopped']);
  });

  it('listens only once it is known who may use the endpoint', async () => {
    const port = await freePort();
    let settle = (): void => undefined;
    const { controller } = open(port, new Promise((resolve) => (settle = resolve)));
    const started = controller.start();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await isOpen(port), false);
    settle();
    await started;
    assert.equal(controller.status.state, 'running');
  });

  it('fails, and does not listen, when that cannot be known', async () => {
    const port = await freePort();
    const { controller } = open(port, Promise.reject(new ChatError('internal', 'no secrets today')));
    await controller.start();
    assert.deepEqual(controller.status, { state: 'failed', port, message: 'no secrets today', taken: false });
    assert.equal(await isOpen(port), false);
  });

  it('starts once for two calls', async () => {
    const { controller, made } = open(await freePort());
    await Promise.all([controller.start(), controller.start()]);
    assert.equal(controller.status.state, 'running');
    assert.equal(made.length, 1);
  });

  it('ends in the last state asked for', async () => {
    const port = await freePort();
    const { controller } = open(port);
    await Promise.all([controller.start(), controller.stop(), controller.start(), controller.stop()]);
    assert.deepEqual(controller.status, { state: 'stopped' });
    assert.equal(await isOpen(port), false);
  });

  it('closes the CLI when it stops', async () => {
    const { controller, made } = open(await freePort());
    await controller.start();
    await controller.stop();
    assert.equal(made[0]!.closed, true);
  });

  it('does nothing when the plan is the same', async () => {
    const { controller, made, states } = open(await freePort());
    await controller.start();
    await controller.refresh();
    assert.deepEqual(states, ['starting', 'running']);
    assert.equal(made.length, 1);
  });

  it('does not start because settings changed while it is stopped', async () => {
    const window = open(await freePort());
    await window.controller.refresh();
    assert.deepEqual(window.controller.status, { state: 'stopped' });
  });

  it('moves when the port changed', async () => {
    const [port, other] = [await freePort(), await freePort()];
    const window = open(port);
    await window.controller.start();
    window.plan = planFor(other);
    await window.controller.refresh();
    assert.equal(await isOpen(port), false);
    assert.equal(await isOpen(other), true);
  });

  it('changes the folder without letting go of connections', async () => {
    const port = await freePort();
    const window = open(port);
    await window.controller.start();
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    window.plan = { ...window.plan, backend: cli('/b') };
    await window.controller.refresh();
    assert.equal(window.made.length, 2);
    socket.write('GET /api/version HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    const [reply] = (await once(socket, 'data')) as [Buffer];
    assert.match(reply.toString(), /^HTTP\/1\.1 200/);
    socket.destroy();
  });

  it('starts no process in a folder that is not trusted, and one as soon as it is', async () => {
    const window = open(await freePort());
    window.plan = { ...window.plan, backend: { kind: 'refuse', folder: '/a' } };
    await window.controller.start();
    assert.equal(window.controller.status.state, 'running');
    assert.equal(window.made.length, 0);
    window.plan = { ...window.plan, backend: cli('/a') };
    await window.controller.refresh();
    assert.equal(window.made.length, 1);
  });

  it('waits for a port that another window is about to let go', async () => {
    const other = await stranger('anything');
    const window = open(other.port);
    const started = window.controller.start();
    await window.until((status) => status.state === 'starting');
    await other.leave();
    await started;
    assert.deepEqual(window.states, ['starting', 'running']);
  });

  it('fails when a real Ollama has the port, and says so', async () => {
    const ollama = await stranger('Ollama is running');
    const { controller } = open(ollama.port);
    await controller.start();
    assert.deepEqual(controller.status, {
      state: 'failed',
      port: ollama.port,
      message: `Port ${ollama.port} is in use by Ollama itself. Quit Ollama, or use another port here.`,
      taken: true,
    });
    await ollama.leave();
    await controller.start();
    assert.equal(controller.status.state, 'running');
  });

  it('stays failed when something else than the port changed', async () => {
    const other = await stranger('hello');
    const window = open(other.port);
    await window.controller.start();
    window.plan = { ...window.plan, backend: cli('/b') };
    await window.controller.refresh();
    assert.deepEqual(window.states, ['starting', 'failed']);
    window.plan = planFor(await freePort());
    await window.controller.refresh();
    assert.equal(window.controller.status.state, 'running');
    await other.leave();
  });

  it('fails with the reason when it may not listen there', async () => {
    const window = open(1);
    window.plan = { ...window.plan, listen: { host: '192.0.2.1', port: await freePort() } };
    await window.controller.start();
    const { status } = window.controller;
    assert.ok(status.state === 'failed' && !status.taken);
    assert.match(status.message, /192\.0\.2\.1/);
  });

  it('leaves the port to another window of ours, and takes over when that one goes', async () => {
    const port = await freePort();
    const [first, second] = [open(port), open(port)];
    await first.controller.start();
    await second.controller.start();
    assert.equal(second.controller.status.state, 'elsewhere');
    assert.equal(second.made.length, 0);
    await first.controller.stop();
    await second.until((status) => status.state === 'running');
    // While it waited it did not pretend to start.
    assert.deepEqual(second.states, ['starting', 'elsewhere', 'running']);
  });

  it('stops waiting for another window when it is stopped', async () => {
    const port = await freePort();
    const [first, second] = [open(port), open(port)];
    await first.controller.start();
    await second.controller.start();
    await second.controller.stop();
    await first.controller.stop();
    assert.deepEqual(second.controller.status, { state: 'stopped' });
    assert.equal(await isOpen(port), false);
  });

  it('knows the folder of the window that serves', async () => {
    const port = await freePort();
    const [first, second] = [open(port), open(port)];
    first.plan = { ...first.plan, backend: cli('/first') };
    await first.controller.start();
    await second.controller.start();
    const { status } = second.controller;
    assert.ok(status.state === 'elsewhere');
    assert.equal(status.folder, '/first');
  });

  it('takes the port over on request, and gives it back when it goes', async () => {
    const port = await freePort();
    const [first, second] = [open(port), open(port)];
    await first.controller.start();
    await second.controller.start();
    assert.equal(await second.controller.serveHere(), true);
    assert.equal(second.controller.status.state, 'running');
    await first.until((status) => status.state === 'elsewhere');
    assert.equal(first.made[0]!.closed, true);
    await second.controller.stop();
    await first.until((status) => status.state === 'running');
    assert.deepEqual(second.states, ['starting', 'elsewhere', 'running', 'stopped']);
  });

  it('gives the port to nobody who does not know the key', async () => {
    const port = await freePort();
    const [first, second] = [open(port), open(port)];
    second.key = 'another';
    await first.controller.start();
    await second.controller.start();
    const { status } = second.controller;
    assert.ok(status.state === 'elsewhere' && status.folder === undefined);
    assert.equal(await second.controller.serveHere(), false);
    assert.equal(first.controller.status.state, 'running');
    assert.equal(second.controller.status.state, 'elsewhere');
  });

  it('answers the chats of its own window while another one has the port, and starts its CLI only for them', async () => {
    const port = await freePort();
    const [first, second] = [open(port), open(port)];
    await first.controller.start();
    await second.controller.start();
    assert.equal(second.made.length, 0);
    assert.deepEqual(await second.controller.backend.models(), [MODEL]);
    assert.equal(second.made.length, 1);
    await second.controller.stop();
    assert.equal(second.made[0]!.closed, true);
  });

  it('answers no chat of its own window while it is stopped', async () => {
    const { controller, made } = open(await freePort());
    await assert.rejects(controller.backend.models(), { kind: 'cancelled', message: /is stopped/ });
    assert.equal(made.length, 0);
  });

  it('looks closely at the CLI, also while it is stopped, and leaves nothing', async () => {
    const window = open(await freePort());
    const { path } = await window.controller.inspect();
    assert.equal(path, '/bin/claude');
    assert.deepEqual(
      window.made.map(({ closed }) => closed),
      [true],
    );
    window.plan = { ...window.plan, backend: { kind: 'refuse', folder: '/a' } };
    await assert.rejects(window.controller.inspect(), { kind: 'untrusted' });
  });

  it('can be stopped while it waits for the port', async () => {
    const other = await stranger('hello');
    const window = open(other.port);
    const started = window.controller.start();
    await window.until((status) => status.state === 'starting');
    await window.controller.stop();
    await started;
    assert.deepEqual(window.states, ['starting', 'stopped']);
    await other.leave();
  });

  it('fails, instead of throwing, when the parts cannot be made', async () => {
    const { controller } = createBroken();
    await controller.start();
    const { status } = controller;
    assert.ok(status.state === 'failed');
    assert.match(status.message, /no endpoint today/);
  });

  it('ends for good: nothing runs any more', async () => {
    const port = await freePort();
    const { controller, made } = open(port);
    await controller.start();
    await controller.end();
    assert.equal(await isOpen(port), false);
    assert.equal(made[0]!.closed, true);
    assert.deepEqual(controller.status, { state: 'stopped' });
  });

  it('ends in a bounded time, and kills what does not end', async () => {
    const port = await freePort();
    const { controller, made } = open(port);
    await controller.start();
    made[0]!.stuck = true;
    await controller.end();
    assert.equal(await isOpen(port), false);
    assert.equal(made[0]!.killed, true);
  });
});

function createBroken(): { controller: Controller } {
  const controller = createController({
    known: Promise.resolve(),
    plan: () => planFor(1),
    createEndpoint() {
      throw new Error('no endpoint today');
    },
    createBackend: fakeCliBackend,
    onChange: () => undefined,
    windows: { look: () => Promise.resolve(undefined), ask: () => Promise.resolve(false) },
    log: silentLogger,
    pace: { patienceMs: 0, takeOverEveryMs: 1_000, endWithinMs: 100 },
  });
  return { controller };
}
