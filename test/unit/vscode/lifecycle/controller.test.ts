import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { ChatError } from '../../../../src/core/errors.js';
import { silentLogger } from '../../../../src/core/log.js';
import { createController, type Controller } from '../../../../src/vscode/lifecycle/controller.js';
import { cliConfig, configFor, openWindow, type EditorWindow } from '../editorWindow.js';
import { fakeCliBackend, MODEL, REQUEST } from '../fakeCliBackend.js';
import { freePort, isOpen } from '../../../support/ports.mjs';
import { startOtherProgram } from '../otherProgram.js';

describe('the lifecycle controller', () => {
  const windows: EditorWindow[] = [];
  const open = (port: number, tokenKnown?: Promise<void>): EditorWindow => {
    const window = openWindow(port, tokenKnown);
    windows.push(window);
    return window;
  };
  afterEach(async () => {
    await Promise.all(windows.splice(0).map((window) => window.controller.end()));
  });

  it('goes from stopped through starting to running, and back to stopped', async () => {
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

  it('does not listen before the token is known', async () => {
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

  it('fails without listening when the token cannot be read', async () => {
    const port = await freePort();
    const { controller } = open(
      port,
      Promise.reject(new ChatError('internal', 'secret storage unavailable')),
    );
    await controller.start();
    assert.deepEqual(controller.status, {
      state: 'failed',
      port,
      message: 'secret storage unavailable',
      taken: false,
    });
    assert.equal(await isOpen(port), false);
  });

  it('starts once when start is called twice', async () => {
    const { controller, backends } = open(await freePort());
    await Promise.all([controller.start(), controller.start()]);
    assert.equal(controller.status.state, 'running');
    assert.equal(backends.length, 1);
  });

  it('ends in the state of the last call', async () => {
    const port = await freePort();
    const { controller } = open(port);
    await Promise.all([controller.start(), controller.stop(), controller.start(), controller.stop()]);
    assert.deepEqual(controller.status, { state: 'stopped' });
    assert.equal(await isOpen(port), false);
  });

  it('closes the CLI when it stops', async () => {
    const { controller, backends } = open(await freePort());
    await controller.start();
    await controller.stop();
    assert.equal(backends[0]!.closed, true);
  });

  it('tells from the call of stop on that a stop is requested, while the server still runs', async () => {
    const { controller } = open(await freePort());
    assert.equal(controller.isStopRequested, true);
    await controller.start();
    assert.equal(controller.isStopRequested, false);
    const stopped = controller.stop();
    assert.deepEqual([controller.status.state, controller.isStopRequested], ['running', true]);
    await stopped;
    assert.equal(controller.isStopRequested, true);
  });

  it('does nothing on a refresh with the same configuration', async () => {
    const { controller, backends, states } = open(await freePort());
    await controller.start();
    await controller.refresh();
    assert.deepEqual(states, ['starting', 'running']);
    assert.equal(backends.length, 1);
  });

  it('stays stopped on a refresh', async () => {
    const window = open(await freePort());
    await window.controller.refresh();
    assert.deepEqual(window.controller.status, { state: 'stopped' });
  });

  it('moves to another port when the setting changes', async () => {
    const [port, other] = [await freePort(), await freePort()];
    const window = open(port);
    await window.controller.start();
    window.config = configFor(other);
    await window.controller.refresh();
    assert.equal(await isOpen(port), false);
    assert.equal(await isOpen(other), true);
  });

  it('changes the folder without closing connections', async () => {
    const port = await freePort();
    const window = open(port);
    await window.controller.start();
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    window.config = { ...window.config, backend: cliConfig('/b') };
    await window.controller.refresh();
    assert.equal(window.backends.length, 2);
    socket.write('GET /api/version HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    const [reply] = (await once(socket, 'data')) as [Buffer];
    assert.match(reply.toString(), /^HTTP\/1\.1 200/);
    socket.destroy();
  });

  it('creates no backend for an untrusted folder, and one once it is trusted', async () => {
    const window = open(await freePort());
    window.config = { ...window.config, backend: { kind: 'refuse', folder: '/a' } };
    await window.controller.start();
    assert.equal(window.controller.status.state, 'running');
    assert.equal(window.backends.length, 0);
    window.config = { ...window.config, backend: cliConfig('/a') };
    await window.controller.refresh();
    assert.equal(window.backends.length, 1);
  });

  it('retries while the port is in use', async () => {
    const other = await startOtherProgram('hello');
    const window = open(other.port);
    const started = window.controller.start();
    await window.until((status) => status.state === 'starting');
    await other.quit();
    await started;
    assert.deepEqual(window.states, ['starting', 'running']);
  });

  it('fails and names Ollama when Ollama itself has the port, and starts once it has quit', async () => {
    const ollama = await startOtherProgram('Ollama is running');
    const { controller } = open(ollama.port);
    await controller.start();
    const { status } = controller;
    assert.ok(status.state === 'failed' && status.taken && status.port === ollama.port);
    assert.match(
      status.message,
      /^Port \d+ is in use by Ollama itself(?: \(.+, process \d+\))?\. Quit Ollama, or use another port here\.$/,
    );
    await ollama.quit();
    await controller.start();
    assert.equal(controller.status.state, 'running');
  });

  it('stays failed when the folder changes, and retries when the port changes', async () => {
    const other = await startOtherProgram('hello');
    const window = open(other.port);
    await window.controller.start();
    window.config = { ...window.config, backend: cliConfig('/b') };
    await window.controller.refresh();
    assert.deepEqual(window.states, ['starting', 'failed']);
    window.config = configFor(await freePort());
    await window.controller.refresh();
    assert.equal(window.controller.status.state, 'running');
    await other.quit();
  });

  it('fails with the reason when it cannot listen on the host', async () => {
    const window = open(1);
    window.config = { ...window.config, listen: { host: '192.0.2.1', port: await freePort() } };
    await window.controller.start();
    const { status } = window.controller;
    assert.ok(status.state === 'failed' && !status.taken);
    assert.match(status.message, /192\.0\.2\.1/);
  });

  it('leaves the port to another window, and takes over when that window stops', async () => {
    const port = await freePort();
    const [first, second] = [open(port), open(port)];
    await first.controller.start();
    await second.controller.start();
    assert.equal(second.controller.status.state, 'elsewhere');
    assert.equal(second.backends.length, 0);
    await first.controller.stop();
    await second.until((status) => status.state === 'running');
    // It polls for the port without entering `starting`.
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

  it('reports the folder of the window that has the port', async () => {
    const port = await freePort();
    const [first, second] = [open(port), open(port)];
    first.config = { ...first.config, backend: cliConfig('/first') };
    await first.controller.start();
    await second.controller.start();
    const { status } = second.controller;
    assert.ok(status.state === 'elsewhere');
    assert.equal(status.folder, '/first');
  });

  it('takes the port over with serveHere, and the other window takes it back after a stop', async () => {
    const port = await freePort();
    const [first, second] = [open(port), open(port)];
    await first.controller.start();
    await second.controller.start();
    assert.equal(await second.controller.serveHere(), true);
    assert.equal(second.controller.status.state, 'running');
    await first.until((status) => status.state === 'elsewhere');
    assert.equal(first.backends[0]!.closed, true);
    await second.controller.stop();
    await first.until((status) => status.state === 'running');
    assert.deepEqual(second.states, ['starting', 'elsewhere', 'running', 'stopped']);
  });

  it('does not hand the port over to a window with another key', async () => {
    const port = await freePort();
    const [first, second] = [open(port), open(port)];
    second.key = 'another';
    await first.controller.start();
    await second.controller.start();
    const { status } = second.controller;
    assert.ok(status.state === 'failed' && status.taken);
    assert.equal(await second.controller.serveHere(), false);
    assert.equal(first.controller.status.state, 'running');
    assert.equal(second.controller.status.state, 'failed');
  });

  it('answers the chats of its own window while another window has the port, and creates its backend for them only', async () => {
    const port = await freePort();
    const [first, second] = [open(port), open(port)];
    await first.controller.start();
    await second.controller.start();
    assert.equal(second.backends.length, 0);
    assert.deepEqual(await second.controller.backend.models(), [MODEL]);
    assert.equal(second.backends.length, 1);
    await second.controller.stop();
    assert.equal(second.backends[0]!.closed, true);
  });

  it('restarts with the same configuration when asked to', async () => {
    const port = await freePort();
    const { controller, backends, states } = open(port);
    await controller.start();
    await controller.restart();
    assert.equal(await isOpen(port), true);
    assert.deepEqual(states, ['starting', 'running', 'starting', 'running']);
    assert.deepEqual(
      backends.map(({ closed }) => closed),
      [true, false],
    );
  });

  it('starts when restart is called while it is stopped', async () => {
    const { controller, states } = open(await freePort());
    await controller.restart();
    assert.deepEqual(states, ['starting', 'running']);
  });

  it('restarts once when a start follows the restart', async () => {
    const { controller, backends } = open(await freePort());
    await controller.start();
    await Promise.all([controller.restart(), controller.start()]);
    assert.equal(controller.status.state, 'running');
    assert.equal(backends.length, 2);
  });

  it('ends up running when a stop is followed by a start', async () => {
    const port = await freePort();
    const { controller } = open(port);
    await controller.start();
    await Promise.all([controller.stop(), controller.start()]);
    assert.equal(controller.status.state, 'running');
    assert.equal(await isOpen(port), true);
  });

  it('retries after a failure when it is started or restarted, but not on a refresh', async () => {
    const other = await startOtherProgram('hello');
    const { controller, states } = open(other.port);
    await controller.start();
    await controller.refresh();
    assert.deepEqual(states, ['starting', 'failed']);
    await controller.restart();
    assert.deepEqual(states, ['starting', 'failed', 'starting', 'failed']);
    await other.quit();
    await controller.start();
    assert.equal(controller.status.state, 'running');
  });

  it('can be stopped after a failure', async () => {
    const other = await startOtherProgram('hello');
    const { controller } = open(other.port);
    await controller.start();
    await controller.stop();
    assert.deepEqual(controller.status, { state: 'stopped' });
    await other.quit();
  });

  it('moves to another port while another window has the first one', async () => {
    const [port, other] = [await freePort(), await freePort()];
    const [first, second] = [open(port), open(port)];
    await first.controller.start();
    await second.controller.start();
    second.config = configFor(other);
    await second.controller.refresh();
    assert.equal(second.controller.status.state, 'running');
    assert.equal(await isOpen(other), true);
  });

  it('confirms serveHere while it is running, and declines while it is stopped', async () => {
    const { controller } = open(await freePort());
    assert.equal(await controller.serveHere(), false);
    assert.deepEqual(controller.status, { state: 'stopped' });
    await controller.start();
    assert.equal(await controller.serveHere(), true);
  });

  it('stays stopped when it is stopped while another window hands the port over', async () => {
    const port = await freePort();
    const [first, second] = [open(port), open(port)];
    await first.controller.start();
    await second.controller.start();
    const served = second.controller.serveHere();
    await second.controller.stop();
    assert.equal(await served, false);
    assert.deepEqual(second.controller.status, { state: 'stopped' });
    await first.until((status) => status.state === 'running');
  });

  it('can be stopped while it hands the port over', async () => {
    const port = await freePort();
    const { controller } = open(port);
    await controller.start();
    controller.cede();
    await controller.stop();
    assert.deepEqual(controller.status, { state: 'stopped' });
    assert.equal(await isOpen(port), false);
  });

  it('takes the port back when the window that asked for it does not use it', async () => {
    const { controller, until, states } = open(await freePort());
    await controller.start();
    controller.cede();
    await until((status) => status.state === 'elsewhere');
    await until((status) => status.state === 'running');
    assert.deepEqual(states, ['starting', 'running', 'elsewhere', 'running']);
  });

  it('does not cede a port that it does not have', async () => {
    const { controller, states } = open(await freePort());
    controller.cede();
    await controller.start();
    assert.deepEqual(states, ['starting', 'running']);
  });

  it('checks the CLI again after a problem', async () => {
    const { controller, backends, until } = open(await freePort());
    await controller.start();
    await until((status) => status.state === 'running' && status.readiness.kind === 'ready');
    backends[0]!.error = new ChatError('notSignedIn', 'Signed out.');
    const chat = controller.backend.chat(REQUEST, new AbortController().signal)[Symbol.asyncIterator]();
    await assert.rejects(async () => chat.next(), { kind: 'notSignedIn' });
    assert.equal(controller.readiness.kind, 'problem');
    backends[0]!.error = undefined;
    controller.recheck();
    await until((status) => status.state === 'running' && status.readiness.kind === 'ready');
  });

  it('kills the CLI without waiting when the extension host exits', async () => {
    const { controller, backends } = open(await freePort());
    await controller.start();
    controller.killNow();
    assert.equal(backends[0]!.killed, true);
  });

  it('answers the chats of its own window while it is stopped, without the port, and refuses them after its end', async () => {
    const port = await freePort();
    const { controller, backends } = open(port);
    await controller.start();
    await controller.stop();
    assert.equal(backends.length, 1);
    assert.deepEqual(await controller.backend.models(), [MODEL]);
    assert.equal(controller.status.state, 'stopped');
    assert.equal(backends.length, 2);
    await controller.end();
    assert.equal(backends[1]!.closed, true);
    await assert.rejects(controller.backend.models(), { kind: 'cancelled' });
  });

  it('reads the list of models again with a new backend, while a chat of the old one continues', async () => {
    const { controller, backends, until } = open(await freePort());
    await controller.start();
    const events = controller.backend.chat(REQUEST, new AbortController().signal)[Symbol.asyncIterator]();
    const first = events.next();
    await until((status) => status.state === 'running' && status.requests === 1);
    controller.refreshModels();
    assert.equal(backends.length, 2);
    assert.equal(backends[0]!.closed, false);
    backends[0]!.release();
    assert.equal((await first).done, false);
    while ((await events.next()).done !== true);
    assert.equal(backends[0]!.closed, true);
    assert.equal(backends[1]!.closed, false);
  });

  it('inspects the CLI while it is stopped, and closes the backend afterwards', async () => {
    const window = open(await freePort());
    const { path } = await window.controller.inspect();
    assert.equal(path, '/bin/claude');
    assert.deepEqual(
      window.backends.map(({ closed }) => closed),
      [true],
    );
    window.config = { ...window.config, backend: { kind: 'refuse', folder: '/a' } };
    await assert.rejects(window.controller.inspect(), { kind: 'untrusted' });
  });

  it('inspects the CLI with the running backend, which knows whether processes can be reused', async () => {
    const { controller, backends } = open(await freePort());
    await controller.start();
    backends[0]!.cannotReuse = true;
    assert.equal((await controller.inspect()).cannotReuse, true);
    assert.deepEqual(
      backends.map(({ closed }) => closed),
      [false],
    );
  });

  it('can be stopped while it retries to get the port', async () => {
    const other = await startOtherProgram('hello');
    const window = open(other.port);
    const started = window.controller.start();
    await window.until((status) => status.state === 'starting');
    await window.controller.stop();
    await started;
    assert.deepEqual(window.states, ['starting', 'stopped']);
    await other.quit();
  });

  it('fails instead of throwing when the endpoint cannot be created', async () => {
    const controller = brokenController();
    await controller.start();
    const { status } = controller;
    assert.ok(status.state === 'failed');
    assert.match(status.message, /endpoint unavailable/);
  });

  it('releases the port and closes the CLI when it ends', async () => {
    const port = await freePort();
    const { controller, backends } = open(port);
    await controller.start();
    await controller.end();
    assert.equal(await isOpen(port), false);
    assert.equal(backends[0]!.closed, true);
    assert.deepEqual(controller.status, { state: 'stopped' });
  });

  it('ends in a bounded time, and kills a CLI that does not close', async () => {
    const port = await freePort();
    const { controller, backends } = open(port);
    await controller.start();
    backends[0]!.stuck = true;
    await controller.end();
    assert.equal(await isOpen(port), false);
    assert.equal(backends[0]!.killed, true);
  });
});

/** A controller whose endpoint cannot be created. */
function brokenController(): Controller {
  return createController({
    tokenKnown: Promise.resolve(),
    desiredConfig: () => configFor(1),
    createEndpoint() {
      throw new Error('endpoint unavailable');
    },
    createBackend: fakeCliBackend,
    onChange: () => undefined,
    windows: {
      fetchReport: () => Promise.resolve(undefined),
      requestPort: () => Promise.resolve(false),
    },
    log: silentLogger,
    timing: { acquirePortMs: 0, takeOverIntervalMs: 1_000, endMs: 100 },
  });
}
