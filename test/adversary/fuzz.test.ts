/** Many malformed requests. The server must answer the next one after any of them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { MAX_CONNECTIONS } from '../../src/server/httpServer.js';
import { HAS_PROCESS_TABLE, openFiles } from '../support/processTable.js';
import { until } from '../support/until.mjs';
import { oddRequest, type Random, randomFrom } from './fuzzer.js';
import { startTarget, type Target } from './target.js';

const SOAK = process.env['SOAK'] === '1';
const COUNT = SOAK ? 100_000 : 2_000;
const KEPT_ALIVE = SOAK ? 100_000 : 500;
const WARM_UP = 200;
const SLOW = 500;
/** Connections of the fuzzer at once. */
const LANES = 32;
/** How long the fuzzer waits for an answer: the bytes may be an incomplete request. */
const ANSWER_MS = 250;
const MAX_GROWTH_BYTES = 100 * 1024 * 1024;
/** How far the number of open files may differ after the test. */
const FILE_TOLERANCE = 2;
/** `FUZZ_SEED=N` repeats a run. */
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000);

describe('the server under malformed and slow requests', function () {
  this.timeout(SOAK ? 1_800_000 : 120_000);
  let target: Target;

  beforeEach(async () => (target = await startTarget()));
  afterEach(() => target.stop());

  async function assertServing(): Promise<void> {
    assert.match(await exchange(target.port, chatBytes()), /^HTTP\/1\.1 200 OK[^]*"done":true/);
  }

  it(`survives ${COUNT} malformed requests without an internal error, and asks the model in no refused one`, async () => {
    const random = randomFrom(SEED);
    console.log(`    FUZZ_SEED=${SEED}`);
    await sendAll(target.port, oddRequests(random, WARM_UP));
    const before = await target.report();
    const answers = await sendAll(target.port, oddRequests(random, COUNT));
    const after = await target.report();
    const parsed = after.requests - before.requests;
    const growth = after.residentBytes - before.residentBytes;
    const counts = [...answers.statuses]
      .sort(([a], [b]) => a - b)
      .map(([status, times]) => `${times} × ${status || 'none'}`);
    console.log(
      `    ${COUNT} requests: ${parsed} were HTTP, ${after.chats - before.chats} chats; ${counts.join(', ')}; ${(growth / 1e6).toFixed(1)} MB more`,
    );
    assert.deepEqual(after.errors, []);
    assert.deepEqual(answers.unexpected, []);
    assert.equal(after.refusedChats, 0, 'a refused request has reached the backend');
    assert.ok(parsed >= COUNT / 2, `only ${parsed} were HTTP`);
    assert.ok(growth < MAX_GROWTH_BYTES);
    await assertServing();
  });

  it(`answers a chat immediately while ${SLOW} connections send slowly`, async () => {
    const bytes = [
      '',
      'G',
      'GET / HTTP/1.1\r\nHost: lo',
      'POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{',
      'POST /api/chat HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n',
    ];
    const slow: Socket[] = [];
    let late = 0;
    for (let n = 0; n < SLOW; n += 1) {
      const socket = connect(target.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.on('data', (answer: Buffer) => {
        if (String(answer).startsWith('HTTP/1.1 408')) late += 1;
      });
      await once(socket, 'connect');
      socket.write(bytes[n % bytes.length]!);
      slow.push(socket);
    }
    const drip = setInterval(
      () => slow.forEach((socket) => void (socket.writable && socket.write('a'))),
      300,
    );
    try {
      const started = performance.now();
      const socket = connect(target.port, '127.0.0.1');
      socket.write(chatBytes());
      let head = '';
      for await (const chunk of socket) {
        head += String(chunk);
        if (head.includes('Hello')) break;
      }
      assert.match(head, /^HTTP\/1\.1 200 OK[^]*Hello/);
      assert.equal(late, 0, 'slow connections timed out before the chat was answered');
      const firstTextMs = Math.round(performance.now() - started);
      // This process learns of closed connections later than the server closes them. One that timed out was open until then.
      const openConnections = (): number => slow.filter((one) => !one.closed).length + late;
      const fits = (count: number): boolean => count <= MAX_CONNECTIONS;
      const open = await until('the server has closed the connections above its limit', openConnections, {
        fits,
      });
      console.log(
        `    ${SLOW} slow connections, ${open} of them still open: first text after ${firstTextMs} ms`,
      );
    } finally {
      clearInterval(drip);
      for (const socket of slow) socket.destroy();
    }
    await assertServing();
    assert.deepEqual((await target.report()).errors, []);
  });

  it('answers pipelined requests in order', async () => {
    const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
    const chat = chatBytes('keep-alive', false);
    const bytes = [
      get('/api/version'),
      chat,
      get('/'),
      get('/nope'),
      chat,
      get('/', 'Connection: close\r\n'),
    ];
    const answer = await exchange(target.port, bytes.join(''));
    assert.deepEqual(
      answer.match(/HTTP\/1\.1 \d{3}/g)?.map((line) => line.slice(9)),
      ['200', '200', '200', '404', '200', '200'],
    );
    assert.match(
      answer,
      /"version"[^]*Hello[^]*Ollama is running[^]*404 page not found[^]*Hello[^]*Ollama is running$/,
    );
    const { requests, chats } = await target.report();
    assert.deepEqual([requests, chats], [bytes.length, 2]);
  });

  it(`answers ${KEPT_ALIVE} requests on kept-alive connections and leaves none open`, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    let answered = 0;
    const before = await target.report();
    const files = filesOf(target);
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let n = 0; n < KEPT_ALIVE / 4; n += 1) {
          const request = httpRequest({
            host: '127.0.0.1',
            port: target.port,
            path: '/api/tags',
            agent,
          }).end();
          const [response] = (await once(request, 'response')) as [IncomingMessage];
          response.resume();
          await once(response, 'end');
          if (response.statusCode === 200) answered += 1;
        }
      }),
    );
    agent.destroy();
    assert.equal(answered, KEPT_ALIVE);
    // The last connections are closed asynchronously.
    await until('the target has closed its files', () => filesOf(target) <= files + FILE_TOLERANCE);
    const after = await target.report();
    assert.deepEqual(after.errors, []);
    assert.ok(after.residentBytes - before.residentBytes < MAX_GROWTH_BYTES);
    const left = filesOf(target) - files;
    assert.ok(Math.abs(left) <= FILE_TOLERANCE, `${left} more files are open`);
    console.log(`    ${answered} of ${KEPT_ALIVE} answered; ${left} more files are open than before`);
  });
});

/** The number of open files and connections; 0 on systems without /proc. */
function filesOf({ pid }: Target): number {
  return HAS_PROCESS_TABLE ? openFiles(pid) : 0;
}

function chatBytes(connection = 'close', stream = true): string {
  const body = JSON.stringify({ model: 'sonnet', messages: [{ role: 'user', content: 'hi' }], stream });
  const head = ['POST /api/chat HTTP/1.1', 'Host: localhost', `Connection: ${connection}`];
  return [...head, `Content-Length: ${body.length}`, '', body].join('\r\n');
}

/** Everything that the server sends until it closes the connection. */
async function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  let all = '';
  for await (const chunk of socket) all += String(chunk);
  return all;
}

/** The errors of a client for which Ollama has the status 500, too: an option of a wrong type, and a wrong `format`. */
const OLLAMA_500 = /\r\n\r\n\{"error":"(?:option \\"[a-z_]+\\" must be of |invalid format: )/;

/** The response, or the empty string if there is none. */
function send(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    const timer = setTimeout(() => socket.destroy(), ANSWER_MS);
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
    socket.write(bytes);
  });
}

function* oddRequests(random: Random, count: number): Generator<Buffer> {
  for (let sent = 0; sent < count; sent += 1) yield oddRequest(random);
}

interface Answers {
  /** Status → count; 0 stands for no response. */
  readonly statuses: ReadonlyMap<number, number>;
  /** The responses with the status 500, except for errors that have it in Ollama. */
  readonly unexpected: readonly string[];
}

/** Sends everything over a limited number of connections at once. */
async function sendAll(port: number, all: Iterable<Buffer>): Promise<Answers> {
  const statuses = new Map<number, number>();
  const unexpected: string[] = [];
  const queue = all[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      for (let next = queue.next(); next.done !== true; next = queue.next()) {
        const bytes = next.value;
        const answer = await send(port, bytes);
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
        if (status === 500 && !OLLAMA_500.test(answer)) unexpected.push(answer);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }),
  );
  return { statuses, unexpected };
}
