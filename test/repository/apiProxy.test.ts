import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { startApiProxy, type ApiProxy } from '../standin/apiProxy.js';
import { startStandIn, textReply, type StandIn } from '../standin/server.js';

const API = 'api.anthropic.com';
const BODY = JSON.stringify({
  model: 'claude-x',
  max_tokens: 9,
  messages: [{ role: 'user', content: 'hi' }],
});

describe('the proxy in front of the stand-in', () => {
  let standIn: StandIn;
  let proxy: ApiProxy;

  beforeEach(async () => {
    standIn = await startStandIn();
    proxy = await startApiProxy(standIn.url);
  });

  afterEach(async () => {
    await proxy.close();
    await standIn.close();
  });

  /** The status of the proxy's answer to CONNECT, and the connection. */
  async function tunnel(target: string): Promise<{ status: number | undefined; socket: Socket }> {
    const { hostname, port } = new URL(proxy.url);
    const connecting = httpRequest({ hostname, port, method: 'CONNECT', path: target }).end();
    const [response, socket] = (await once(connecting, 'connect')) as [{ statusCode?: number }, Socket];
    return { status: response.statusCode, socket };
  }

  async function toApi(ca: string | undefined): Promise<TLSSocket> {
    const { socket } = await tunnel(`${API}:443`);
    const tls = connectTls({ socket, servername: API, ...(ca === undefined ? {} : { ca }) });
    await once(tls, 'secureConnect');
    return tls;
  }

  const post = (socket: Socket): boolean =>
    socket.write(
      `POST /v1/messages HTTP/1.1\r\nhost: ${API}\r\ncontent-length: ${BODY.length}\r\nconnection: close\r\n\r\n${BODY}`,
    );

  it('passes the bytes for the API on to the stand-in', async () => {
    standIn.reply(textReply('Hello.'));
    const tls = await toApi(proxy.cert);
    post(tls);
    let answer = '';
    for await (const chunk of tls) answer += String(chunk);
    assert.match(answer, /200 OK[^]*Hello\./);
    assert.equal((await standIn.nextRequest()).headers.host, API);
  });

  it('tells the stand-in that the client has disconnected', async () => {
    standIn.reply({ kind: 'hang' });
    const tls = await toApi(proxy.cert);
    post(tls);
    const request = await standIn.nextRequest();
    tls.destroy();
    assert.equal(await request.closed, 'client');
  });

  it('has a certificate that no client accepts without being told', async () => {
    await assert.rejects(toApi(undefined), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  it('refuses and reports every other host, and requests without a tunnel', async () => {
    const { status, socket } = await tunnel('example.com:443');
    assert.equal(status, 403);
    socket.destroy();
    const { hostname, port } = new URL(proxy.url);
    const plain = connect(Number(port), hostname);
    plain.write('GET http://example.com/ HTTP/1.1\r\nhost: example.com\r\nconnection: close\r\n\r\n');
    const [answer] = (await once(plain, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 403/);
    plain.destroy();
    assert.deepEqual(proxy.refused, ['example.com:443', 'http://example.com/']);
  });
});
