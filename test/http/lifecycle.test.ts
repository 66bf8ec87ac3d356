import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { silentLogger } from '../../src/core/log.js';
import {
  createEndpoint,
  type Endpoint,
  type EndpointSettings,
  ListenError,
  findPortOwner,
} from '../../src/server/server.js';
import { createFakeBackend, floods, hangs, text } from '../support/fakeBackend.js';
import {
  ask,
  chat,
  chatBytes,
  open,
  received,
  type Rig,
  startRig,
  stopRigs,
} from '../support/endpointRig.js';

function endpoint(settings: Partial<EndpointSettings> = {}): Endpoint {
  const backend = createFakeBackend();
  return createEndpoint({
    backend: () => backend,
    settings: () => ({
      names: { defaultModel: '', unknown: 'reject', aliases: {} },
      lanes: ['chat'],
      allowedHosts: [],
      allowedOrigins: [],
      token: undefined,
      allowOtherUsers: false,
      ...settings,
    }),
    log: silentLogger,
    identity: 'claude-ollama-server/9.9.9',
  });
}

const isRefused = async (rig: Pick<Rig, 'port'>): Promise<boolean> =>
  (await findPortOwner('127.0.0.1', rig.port)) === 'none';

describe('Endpoint.start', () => {
  afterEach(stopRigs);

  it('listens on the given address and returns it', async () => {
    const rig = await startRig();
    assert.deepEqual(rig.endpoint.address(), { host: '127.0.0.1', port: rig.port, url: rig.url });
    assert.equal(rig.url, `http://127.0.0.1:${rig.port}`);
  });

  it('starts once if it is called several times', async () => {
    const own = endpoint();
    try {
      const [first, second] = await Promise.all([own.start('127.0.0.1', 0), own.start('127.0.0.1', 0)]);
      assert.deepEqual(first, second);
      assert.deepEqual(await own.start('127.0.0.1', 0), first);
    } finally {
      await own.stop();
    }
  });

  it('fails on a port in use, and succeeds when the port is free', async () => {
    const rig = await startRig();
    const own = endpoint();
    await assert.rejects(own.start('127.0.0.1', rig.port), (error: unknown) => {
      assert.ok(error instanceof ListenError);
      assert.equal(error.kind, 'inUse');
      return true;
    });
    assert.equal(own.address(), undefined);
    await rig.endpoint.stop();
    assert.equal((await own.start('127.0.0.1', rig.port)).port, rig.port);
    await own.stop();
  });

  it('fails on an address of another machine', async () => {
    await assert.rejects(endpoint({ token: 'x'.repeat(32) }).start('192.0.2.1', 0), (error: unknown) => {
      return error instanceof ListenError && error.kind === 'failed';
    });
  });
});

describe('Endpoint.stop', () => {
  afterEach(stopRigs);

  it('ends streams with an error line, refuses new connections and frees the port', async () => {
    const rig = await startRig();
    rig.backend.script = hangs(text('Hel'));
    const sockets = await Promise.all([1, 2, 3].map(() => open(rig, chatBytes())));
    const answers = sockets.map(received);
    await Promise.all(sockets.map((socket) => once(socket, 'data')));
    await rig.endpoint.stop();
    for (const answer of await Promise.all(answers)) {
      assert.match(answer, /\{"error":"The server is stopping\."\}\n\r\n0\r\n\r\n$/);
    }
    assert.ok(await isRefused(rig));
    assert.equal(rig.backend.ended, 3);
    assert.equal(rig.endpoint.address(), undefined);
  });

  it('returns 503 to requests whose reply has not started', async () => {
    const rig = await startRig();
    rig.backend.script = hangs();
    const answers = [chat(rig), chat(rig, { stream: false })];
    while (rig.backend.requests.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await rig.endpoint.stop();
    for (const { status, body } of await Promise.all(answers)) {
      assert.equal(status, 503);
      assert.equal(body, '{"error":"The server is stopping."}');
    }
  });

  it('does not wait for a backend that ignores the abort', async () => {
    const rig = await startRig();
    rig.backend.script = async function* () {
      yield text('Hel');
      await new Promise(() => undefined);
    };
    const socket = await open(rig, chatBytes());
    const answer = received(socket);
    await once(socket, 'data');
    await rig.endpoint.stop();
    assert.match(await answer, /The server is stopping/);
  });

  it('does not wait for a client that does not read', async () => {
    const rig = await startRig();
    rig.backend.script = floods('x'.repeat(64 * 1024));
    const socket = await open(rig, chatBytes());
    socket.on('error', () => undefined);
    await once(socket, 'readable');
    await rig.endpoint.stop();
    assert.ok(await isRefused(rig));
    socket.destroy();
  });

  it('closes idle connections', async () => {
    const rig = await startRig();
    const socket = await open(rig, 'GET /api/version HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const closed = received(socket);
    await once(socket, 'data');
    await rig.endpoint.stop();
    await closed;
  });

  it('may be called several times, before a start and during a start', async () => {
    const own = endpoint();
    await own.stop();
    const started = own.start('127.0.0.1', 0);
    const stops = [own.stop(), own.stop()];
    const { port } = await started;
    await Promise.all(stops);
    assert.ok(await isRefused({ port }));
  });

  it('can be followed immediately by a start on the same port', async () => {
    const rig = await startRig();
    for (let round = 0; round < 20; round += 1) {
      const stopped = rig.endpoint.stop();
      const { port } = await rig.endpoint.start('127.0.0.1', rig.port);
      await stopped;
      assert.equal(port, rig.port);
      assert.equal((await ask(rig, { path: '/' })).body, 'Ollama is running');
    }
  });
});

describe('findPortOwner', () => {
  afterEach(stopRigs);

  const ownerOfServer = async (headers: Record<string, string>, body: string): Promise<string> => {
    const server = createServer((_request, response) => {
      response.writeHead(200, headers);
      response.end(body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      return await findPortOwner('127.0.0.1', (server.address() as AddressInfo).port);
    } finally {
      server.close();
    }
  };

  it('recognizes this product', async () => {
    const rig = await startRig();
    assert.equal(await findPortOwner('127.0.0.1', rig.port), 'claudeOllama');
  });

  it('distinguishes Ollama from other programs, including one with a similar name', async () => {
    assert.equal(await ownerOfServer({}, 'Ollama is running'), 'ollama');
    assert.equal(await ownerOfServer({}, 'It works!'), 'other');
    assert.equal(await ownerOfServer({}, 'x'.repeat(1_000_000)), 'other');
    assert.equal(await ownerOfServer({ server: 'claude-ollama-servers/1' }, ''), 'other');
  });

  it('returns none when no program listens', async () => {
    const rig = await startRig();
    await rig.endpoint.stop();
    assert.ok(await isRefused(rig));
  });

  it('times out on a program that does not reply', async () => {
    const server = createTcpServer(() => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    assert.equal(await findPortOwner('127.0.0.1', (server.address() as AddressInfo).port), 'other');
    server.close();
  });
});
