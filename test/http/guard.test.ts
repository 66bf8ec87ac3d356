/** The guard: which requests are accepted by their Host, Origin and other headers, sent over real connections. */
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { assertRefused, CHAT_BODY, chatHead, head, parse, tags } from './rawRequests.js';
import { ask, linesOf, open, raw, type Rig, startRig, stopRigs } from '../support/endpointRig.js';
import { until } from '../support/until.mjs';

describe('a Host header', () => {
  let rig: Rig;
  before(async () => (rig = await startRig({ settings: { allowedHosts: ['my.box'] } })));
  after(stopRigs);

  const ALLOWED = [
    'localhost',
    'LOCALHOST:9',
    'localhost.',
    '127.0.0.1:11434',
    '127.1.2.3',
    '[::1]',
    '[::1]:1',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '0.0.0.0:11434',
    'foo.localhost',
    'host.docker.internal:80',
    'host.containers.internal',
    'HOST.Lima.internal:11434',
    'host.orb.internal',
    'gateway.docker.internal:1',
    'host.minikube.internal:11434',
    'localhost:1',
    'my.box',
    'MY.BOX:80',
    // Whitespace around a field value is not part of it (RFC 9110, section 5.5); the parser removes it.
    'localhost ',
    ' \tlocalhost',
  ];
  for (const host of ALLOWED) {
    it(`"${host}" is accepted`, async () => assert.equal((await tags(rig, `Host: ${host}`)).status, 200));
  }

  const FOREIGN = [
    'evil.com',
    'localhost.evil.com',
    '127.0.0.1.nip.io',
    'notlocalhost',
    'host.docker.internal.evil.com',
    'evil.host.lima.internal',
    'host.evil.internal',
    'evil.local',
    'foo.internal',
    `${hostname()}.example`,
    '192.168.1.5',
    '169.254.169.254',
    '[fe80::1]',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '127.0.0.1.',
    '8.8.8.8',
    'x.my.box',
    '[::ffff:10.0.0.1]',
  ];
  // The host name of this machine is refused, unless it is a name of the loopback.
  if (!/^(localhost|.*\.localhost)$/i.test(hostname())) FOREIGN.push(hostname());
  for (const host of FOREIGN) {
    it(`"${host}" is refused with 403`, async () =>
      assertRefused(rig, await tags(rig, `Host: ${host}`), 403));
  }

  const MALFORMED = [
    '',
    ' ',
    'localhost:',
    'localhost:0',
    'localhost:65536',
    'localhost:80a',
    'user@localhost',
    'localhost/',
    'localhost, evil.com',
    '[::1',
    '::1',
    '[::1%lo]',
    'http://localhost',
    '[::zz]',
  ];
  for (const host of MALFORMED) {
    it(`"${host}" is refused with 400 as malformed`, async () =>
      assertRefused(rig, await tags(rig, `Host: ${host}`), 400));
  }

  it('is required exactly once', async () => {
    assertRefused(rig, await tags(rig, 'Host: localhost', 'Host: evil.com'), 400);
    assertRefused(rig, await tags(rig, 'Host: evil.com', 'Host: localhost'), 400);
    assert.equal((await tags(rig)).status, 400);
    assert.equal((await head(rig, 'GET /api/tags HTTP/1.0')).status, 400);
  });

  it('is not overridden by X-Forwarded-Host', async () => {
    assertRefused(rig, await tags(rig, 'Host: evil.com', 'X-Forwarded-Host: localhost'), 403);
  });

  it('is checked on every route, including unknown ones and wrong methods', async () => {
    for (const line of [
      'GET / HTTP/1.1',
      'GET /nope HTTP/1.1',
      'PUT /api/chat HTTP/1.1',
      'GET //x HTTP/1.1',
    ]) {
      assertRefused(rig, await head(rig, line, 'Host: evil.com'), 403);
    }
  });

  it('does not help if the target is not a path of at most 8 KiB', async () => {
    for (const target of ['http://localhost#/api/tags', '*', `/${'x'.repeat(9_000)}`]) {
      assertRefused(rig, await head(rig, `GET ${target} HTTP/1.1`, 'Host: localhost'), 400);
    }
    assertRefused(rig, await head(rig, `GET /${'x'.repeat(66_000)} HTTP/1.1`, 'Host: localhost'), 431);
  });
});

describe('an absolute request target', () => {
  let rig: Rig;
  before(async () => (rig = await startRig({ settings: { allowedHosts: ['my.box'] } })));
  after(stopRigs);

  const OWN = ['http://localhost:11434', 'HTTP://127.0.0.1', 'http://[::1]:80', 'http://my.box'];
  for (const url of OWN) {
    it(`${url}/… is treated as its path`, async () => {
      const tagsReply = await head(rig, `GET ${url}/api/tags HTTP/1.1`, 'Host: localhost');
      assert.match(tagsReply.body, /"models"/);
      for (const rest of ['', '?a=b']) {
        assert.equal((await head(rig, `GET ${url}${rest} HTTP/1.1`, 'Host: localhost')).status, 200);
      }
      const redirect = await head(rig, `GET ${url}/api//tags HTTP/1.1`, 'Host: localhost');
      assert.equal(redirect.headers.get('location'), '/api/tags');
    });
  }

  const FOREIGN = [
    'http://evil.com',
    'HTTP://EVIL.COM:11434',
    'http://localhost.evil.com',
    'http://localhost@evil.com',
    'http://localhost:11434@evil.com:80',
    'http://192.168.1.5',
    'http://[fe80::1]',
    'https://evil.com',
    'ws://evil.com',
  ];
  for (const url of FOREIGN) {
    it(`${url}/… is refused with 403, as its Host header would be`, async () => {
      const line = `GET ${url}/api/tags HTTP/1.1`;
      assertRefused(rig, await head(rig, line, 'Host: localhost'), 403);
      assertRefused(rig, await head(rig, line, `Host: ${url.replace(/^.*(\/\/|@)/, '')}`), 403);
    });
  }

  const MALFORMED = [
    'http://evil.com@localhost',
    'http://',
    'http://localhost:0',
    'http://localhost#',
    'https://localhost',
    'ws://localhost',
    'file://localhost',
    'http:/localhost',
  ];
  for (const url of MALFORMED) {
    it(`${url}/… is refused with 400`, async () => {
      assertRefused(rig, await head(rig, `GET ${url}/api/tags HTTP/1.1`, 'Host: localhost'), 400);
    });
  }

  it('does not replace the Host header', async () => {
    const line = 'GET http://localhost/api/tags HTTP/1.1';
    assertRefused(rig, await head(rig, line, 'Host: evil.com'), 403);
    assertRefused(rig, await head(rig, line, 'Host: localhost', 'Host: localhost'), 400);
    assertRefused(rig, await head(rig, line, 'Host: localhost', 'Origin: https://evil.com'), 403);
  });

  it('may contain the token, which is not logged even if the target is refused', async () => {
    const token = 'x'.repeat(32);
    const own = await startRig({ settings: { token } });
    const ask = (url: string): ReturnType<typeof head> =>
      head(own, `GET ${url}/t/${token}/api/tags HTTP/1.1`, 'Host: localhost');
    assert.equal((await ask('http://localhost')).status, 200);
    assert.equal((await ask('https://localhost')).status, 400);
    assert.equal((await ask('http://evil.com')).status, 403);
    assert.equal((await head(own, 'GET http://localhost/api/tags HTTP/1.1', 'Host: localhost')).status, 401);
    await until('every request is recorded', () => own.records.length === 4);
    assert.doesNotMatch(JSON.stringify([own.records, own.lines]), new RegExp(token));
  });
});

describe('an Origin header', () => {
  afterEach(stopRigs);

  const APPS = [
    'vscode-webview://x',
    'vscode-file://vscode-app',
    'app://obsidian.md',
    'tauri://localhost',
    'http://tauri.localhost',
    'file://',
    'capacitor://localhost',
  ];
  const LOCAL = ['http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:8080', 'https://localhost:8443'];

  for (const origin of [...APPS, ...LOCAL, 'https://my.app']) {
    it(`${origin} is accepted and may read the reply`, async () => {
      const rig = await startRig({ settings: { allowedOrigins: ['https://my.app'] } });
      const reply = await tags(rig, 'Host: localhost', `Origin: ${origin}`);
      assert.equal(reply.status, 200);
      assert.equal(reply.headers.get('access-control-allow-origin'), origin);
      assert.equal(reply.headers.get('vary'), 'Origin');
      assert.equal(reply.headers.get('access-control-allow-credentials'), undefined);
    });
  }

  const FOREIGN = [
    'null',
    'https://evil.com',
    'chrome-extension://id',
    'moz-extension://id',
    'http://localhost.evil.com',
    'http://localhost@evil.com',
    'http://localhost:3000.evil.com',
    'http://evil.com:localhost',
    'electron://x',
    'http://127.0.0.1.evil.com',
    'https://127.0.0.1.nip.io',
    'http://localhost, http://evil.com',
    '*',
    'http://localhost/',
    'file:///etc',
    'app://x/y',
    'vscode-webview://a@b',
    'undefined',
    'x'.repeat(400),
  ];
  for (const origin of FOREIGN) {
    it(`${origin.slice(0, 40)} is refused for GET, POST and OPTIONS`, async () => {
      const rig = await startRig({ settings: { allowedOrigins: ['*'] } });
      const line = `Origin: ${origin}`;
      const replies = [
        await tags(rig, 'Host: localhost', line),
        await chatHead(rig, line, 'Content-Type: text/plain'),
        await chatHead(rig, line, 'Content-Type: application/json'),
        await head(rig, 'OPTIONS /api/chat HTTP/1.1', 'Host: localhost', line),
      ];
      for (const reply of replies) {
        assertRefused(rig, reply, 403);
        assert.equal(reply.headers.get('access-control-allow-origin'), undefined);
      }
    });
  }

  it('is refused if it is there twice', async () => {
    const rig = await startRig();
    const twice = ['Origin: http://localhost', 'Origin: http://localhost'];
    assertRefused(rig, await tags(rig, 'Host: localhost', ...twice), 403);
  });

  it('of the server itself is accepted without CORS headers', async () => {
    const rig = await startRig();
    const reply = await tags(rig, 'Host: localhost:1234', 'Origin: http://localhost:1234');
    assert.equal(reply.status, 200);
    assert.equal(reply.headers.get('access-control-allow-origin'), undefined);
  });

  it('of a local page is refused with the workspace lane and no token', async () => {
    const rig = await startRig({ settings: { lanes: ['chat', 'workspace'] } });
    for (const origin of LOCAL)
      assertRefused(rig, await tags(rig, 'Host: localhost', `Origin: ${origin}`), 403);
    for (const origin of APPS)
      assert.equal((await tags(rig, 'Host: localhost', `Origin: ${origin}`)).status, 200);
  });

  it('does not help with a foreign host', async () => {
    const rig = await startRig();
    assertRefused(rig, await tags(rig, 'Host: evil.com', 'Origin: http://localhost'), 403);
  });
});

describe('a request from a web page', () => {
  let rig: Rig;
  beforeEach(async () => (rig = await startRig()));
  afterEach(stopRigs);

  it('without an Origin is recognized by Sec-Fetch-Site', async () => {
    for (const site of ['cross-site', 'same-site', 'Cross-Site']) {
      assertRefused(rig, await tags(rig, 'Host: localhost', `Sec-Fetch-Site: ${site}`), 403);
    }
    assert.equal((await tags(rig, 'Host: localhost', 'Sec-Fetch-Site: none')).status, 200);
  });

  it('is not assumed because of Sec-Fetch-Mode, which Node’s fetch also sends', async () => {
    assert.equal((await tags(rig, 'Host: localhost', 'Sec-Fetch-Mode: cors')).status, 200);
    assert.equal((await chatHead(rig, 'Sec-Fetch-Mode: cors', 'Authorization: Bearer ')).status, 200);
  });

  it('may be a link to GET /', async () => {
    const link = ['Sec-Fetch-Site: cross-site', 'Referer: https://evil.com/'];
    const reply = await head(rig, 'GET / HTTP/1.1', 'Host: localhost', ...link);
    assert.equal(reply.body, 'Ollama is running');
    assertRefused(rig, await head(rig, 'POST / HTTP/1.1', 'Host: localhost', ...link), 403);
  });

  it('without an Origin is recognized by its Referer', async () => {
    const fromBrowser = ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Dest: image', 'Sec-Fetch-Mode: no-cors'];
    for (const browser of fromBrowser) {
      for (const referer of ['https://evil.com/', 'http://localhost.evil.com/x', 'http://[bad']) {
        const lines = ['Host: localhost', `Referer: ${referer}`, browser];
        assertRefused(rig, await tags(rig, ...lines), 403);
      }
      for (const referer of ['http://localhost:3000/', 'app://obsidian.md/', 'about:blank']) {
        assert.equal((await tags(rig, 'Host: localhost', `Referer: ${referer}`, browser)).status, 200);
      }
    }
  });

  it('is not assumed because of the Referer of a program', async () => {
    for (const more of [[], ['Sec-Fetch-Mode: cors']]) {
      const lines = ['Referer: https://app.example.com/', ...more];
      assert.equal((await tags(rig, 'Host: localhost', ...lines)).status, 200);
      assert.equal((await chatHead(rig, ...lines)).status, 200);
    }
  });

  const ORIGIN = 'Origin: http://localhost:3000';

  it('may be JSON or text of any kind that fetch() declares', async () => {
    for (const type of [
      [],
      ['Content-Type: text/plain;charset=UTF-8'],
      ['Content-Type: application/json'],
      ['Content-Type: APPLICATION/JSON; charset=utf-8'],
    ]) {
      for (const mode of [[], ['Sec-Fetch-Mode: cors'], ['Sec-Fetch-Mode: same-origin']]) {
        assert.equal((await chatHead(rig, ORIGIN, ...type, ...mode)).status, 200);
      }
    }
  });

  it('is refused if a form or a beacon can send it', async () => {
    for (const lines of [
      ['Content-Type: application/x-www-form-urlencoded'],
      ['Content-Type: multipart/form-data; boundary=x'],
      ['Content-Type: text/plain', 'Sec-Fetch-Mode: navigate'],
      ['Content-Type: text/plain', 'Sec-Fetch-Mode: no-cors'],
      ['Content-Type: application/json', 'Sec-Fetch-Mode: No-Cors'],
      ['Sec-Fetch-Mode: no-cors'],
      ['Sec-Fetch-Mode: cors', 'Sec-Fetch-Mode: no-cors'],
      ['Content-Type: application/jsonx'],
      ['Content-Type: text/json'],
      ['Content-Type: text/plain', 'Content-Type: application/json'],
    ]) {
      const reply = await chatHead(rig, ORIGIN, ...lines);
      assertRefused(rig, reply, 415);
      assert.equal(reply.headers.get('access-control-allow-origin'), 'http://localhost:3000');
    }
  });

  it('gets a reply to its preflight request on any path', async () => {
    for (const path of ['/api/chat', '/nope']) {
      const reply = await head(
        rig,
        `OPTIONS ${path} HTTP/1.1`,
        'Host: localhost',
        'Origin: app://obsidian.md',
        'Access-Control-Request-Method: POST',
        'Access-Control-Request-Headers: authorization,content-type,x-stainless-lang',
      );
      assert.equal(reply.status, 204);
      assert.equal(reply.headers.get('access-control-allow-origin'), 'app://obsidian.md');
      assert.match(reply.headers.get('access-control-allow-methods') ?? '', /\bPOST\b/);
      assert.equal(reply.headers.get('access-control-max-age'), '600');
      assert.match(reply.headers.get('vary') ?? '', /Origin/);
    }
  });

  it('may send all headers that its preflight request asks for', async () => {
    const granted = async (...asked: string[]): Promise<string | undefined> => {
      const lines = asked.map((names) => `Access-Control-Request-Headers: ${names}`);
      const preflight = ['Host: localhost', 'Origin: tauri://localhost', ...lines];
      const reply = await head(rig, 'OPTIONS /v1/messages HTTP/1.1', ...preflight);
      assert.equal(reply.status, 204);
      return reply.headers.get('access-control-allow-headers');
    };
    assert.equal(
      await granted('x-title,anthropic-beta, X_y.z ,traceparent'),
      'x-title, anthropic-beta, X_y.z, traceparent',
    );
    assert.equal(await granted('x-a', 'x-b'), 'x-a, x-b');
    assert.equal(await granted('x-a,*,x b,(x),,x-c'), 'x-a, x-c');
    for (const asked of [[], [''], ['*'], ['x'.repeat(9_000)]])
      assert.equal(await granted(...asked), undefined);
  });

  it('is granted no header if its origin is not allowed', async () => {
    const lines = ['Host: localhost', 'Origin: https://evil.com', 'Access-Control-Request-Headers: x-a'];
    const reply = await head(rig, 'OPTIONS /api/chat HTTP/1.1', ...lines);
    assertRefused(rig, reply, 403);
    assert.equal(reply.headers.get('access-control-allow-headers'), undefined);
  });

  it('may be an OPTIONS request without an Origin, whose reply lists the methods', async () => {
    const reply = await head(rig, 'OPTIONS /api/chat HTTP/1.1', 'Host: localhost');
    assert.equal(reply.status, 204);
    assert.equal(reply.headers.get('allow'), 'POST, OPTIONS');
  });

  it('may read a 404', async () => {
    const origin = { origin: 'app://obsidian.md' };
    const missing = await ask(rig, { path: '/nope', headers: origin });
    assert.equal(missing.headers['access-control-allow-origin'], 'app://obsidian.md');
    assert.equal(missing.status, 404);
  });
});

describe('an upgrade', () => {
  let rig: Rig;
  beforeEach(async () => (rig = await startRig()));
  afterEach(stopRigs);

  it('to WebSocket is refused', async () => {
    const upgrade = ['Connection: Upgrade, close', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    for (const path of ['/', '/api/chat', '/api/tags']) {
      const bytes = [
        `GET ${path} HTTP/1.1`,
        'Host: localhost',
        ...upgrade,
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
        '',
        '',
      ];
      const reply = parse(await raw(rig, bytes.join('\r\n')));
      assertRefused(rig, reply, 400);
      assert.equal(reply.headers.get('upgrade'), undefined);
    }
  });

  it('to HTTP/2 is ignored, because Java’s client offers it with every request', async () => {
    const offer = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAEAAEAA'];
    const bytes = [
      'POST /api/chat HTTP/1.1',
      'Host: localhost',
      ...offer,
      `Content-Length: ${CHAT_BODY.length}`,
      '',
      CHAT_BODY,
    ];
    const socket = await open(rig, bytes.join('\r\n'));
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    await until('the response is complete', () => answer.endsWith('0\r\n\r\n'));
    socket.destroy();
    assert.equal(parse(answer).status, 200);
    assert.match(answer, /"done":true/);
    assert.equal(rig.backend.requests.length, 1);
  });

  it('to a tunnel by CONNECT closes the connection', async () => {
    assert.equal(await raw(rig, 'CONNECT evil.com:443 HTTP/1.1\r\nHost: localhost\r\n\r\n'), '');
  });
});

describe('every reply', () => {
  afterEach(stopRigs);

  it('has nosniff, same-origin and no-store headers', async () => {
    const rig = await startRig();
    for (const path of ['/', '/nope', '/api/tags', '//']) {
      const { headers } = await ask(rig, { path });
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['set-cookie'], undefined);
      assert.equal(headers['server'], path === '/' ? 'claude-ollama-server/9.9.9' : undefined);
    }
  });

  it('ignores Authorization if no token is set', async () => {
    const rig = await startRig();
    for (const authorization of ['Bearer', 'Bearer ', 'Bearer ollama', 'Basic eDp5']) {
      const reply = await chatHead(rig, `Authorization: ${authorization}`, 'x-api-key:');
      assert.equal(reply.status, 200);
    }
  });

  it('streams NDJSON to a web page, too', async () => {
    const rig = await startRig();
    const reply = await ask(rig, {
      path: '/api/chat',
      body: CHAT_BODY,
      headers: { origin: 'app://obsidian.md', 'content-type': 'application/json' },
    });
    assert.equal(linesOf(reply.body).at(-1)?.['done'], true);
    assert.equal(reply.headers['access-control-allow-origin'], 'app://obsidian.md');
  });
});
