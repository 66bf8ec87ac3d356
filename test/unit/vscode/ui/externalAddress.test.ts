import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answersAt, canTry } from '../../../../src/vscode/ui/externalAddress.js';
import { freePort } from '../../../support/ports.mjs';

/** Calls `run` with the URL of a server. */
async function withServer(listener: RequestListener, run: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}/proxy/11434`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('an address outside of this machine', () => {
  const answering = (status: number, body: string, headers = {}): RequestListener => {
    return (request, response) => {
      assert.equal(request.url, '/proxy/11434/api/version');
      assert.equal(request.headers.authorization, undefined);
      response.writeHead(status, headers).end(body);
    };
  };

  it('leads to this server if that answers there, also when it requires a token', async () => {
    await withServer(answering(200, '{"version":"0.34.0"}'), async (url) =>
      assert.equal(await answersAt(url), true),
    );
    await withServer(answering(401, '{"error":"This server requires a token."}'), async (url) =>
      assert.equal(await answersAt(url), true),
    );
  });

  it('does not if a login page, another program or nothing answers', async () => {
    for (const listener of [
      answering(302, '', { location: '/login' }),
      answering(200, '<html>'),
      answering(200, 'null'),
      answering(404, '{"detail":"not found"}'),
    ]) {
      await withServer(listener, async (url) => assert.equal(await answersAt(url), false));
    }
    assert.equal(await answersAt(`http://127.0.0.1:${await freePort()}`), false);
  });

  it("is tried unless it is a port that desktop VS Code forwards to the user's own machine", () => {
    assert.equal(canTry('http://127.0.0.1:36041/proxy/11434', true), true);
    assert.equal(canTry('https://name-11434.app.example', false), true);
    assert.equal(canTry('http://localhost:55123', false), false);
    assert.equal(canTry('http://[::1]:55123', false), false);
  });
});
