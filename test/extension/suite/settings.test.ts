import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { chat, freePort, isOpen, isReady, isRunning, ready, set, setting, untilStatus } from './endpoint.js';

describe('a change of settings', () => {
  let port: unknown;
  let claudePath: unknown;
  before(() => {
    port = setting('port');
    claudePath = setting('claudePath');
  });
  afterEach(async () => {
    await set('aliases', undefined);
    await set('unknownModels', undefined);
    await set('claudePath', claudePath);
    await set('port', port);
    await untilStatus((status) => isReady(status) && status.port === port);
  });

  it('of the port moves the server', async () => {
    const { port: before } = await ready();
    const other = await freePort();
    await set('port', other);
    await untilStatus((status) => isRunning(status) && status.port === other);
    assert.equal(await isOpen(other), true);
    assert.equal(await isOpen(before), false);
  });

  it('of names applies to the next request, on connections that are open', async () => {
    const { port: now } = await ready();
    const socket = connect(now, '127.0.0.1').setEncoding('utf8');
    /** Asks over that one connection, which the editor's own proxy support knows nothing of. */
    const version = async (): Promise<string> => {
      socket.write('GET /api/version HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
      const [reply] = (await once(socket, 'data')) as [string];
      return reply.slice(0, 'HTTP/1.1 200'.length);
    };
    assert.equal(await version(), 'HTTP/1.1 200');
    await set('unknownModels', 'reject');
    const response = await fetch(`http://127.0.0.1:${now}/api/show`, {
      method: 'POST',
      body: JSON.stringify({ model: 'llama3.2' }),
    });
    assert.equal(response.status, 404);
    await response.text();
    await set('aliases', { 'llama3.2': 'claude-sonnet' });
    const again = await fetch(`http://127.0.0.1:${now}/api/show`, {
      method: 'POST',
      body: JSON.stringify({ model: 'llama3.2' }),
    });
    assert.equal(again.status, 200);
    await again.text();
    assert.equal(await version(), 'HTTP/1.1 200');
    socket.destroy();
  });

  it('of the path of the CLI is tried at once: what is wrong is told while the server runs on', async () => {
    const { port: now } = await ready();
    await set('claudePath', '/nowhere/claude');
    const running = await untilStatus(
      (status): status is typeof status & { state: 'running' } =>
        isRunning(status) && status.readiness.kind === 'problem',
    );
    assert.ok(running.readiness.kind === 'problem');
    assert.equal(running.readiness.problem.kind, 'cliMissing');
    assert.match(running.readiness.problem.message, /\/nowhere\/claude/);
    const response = await chat(now, 'say: no');
    assert.ok(response.status >= 400, String(response.status));
    const { error } = (await response.json()) as { error: string };
    assert.match(error, /\/nowhere\/claude/);
  });
});
