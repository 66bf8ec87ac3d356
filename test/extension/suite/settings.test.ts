import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Uri, workspace } from 'vscode';
import { freePort, isOpen } from '../../support/ports.mjs';
import { until } from '../../support/until.mjs';
import { chat, extension, isReady, isRunning, ready, set, setting, untilStatus } from './endpoint.js';

/** What a repository might write for a setting: of the right type, and never its default. */
function hostile({ type, default: usual }: Property): unknown {
  switch (type) {
    case 'boolean':
      return usual !== true;
    case 'array':
      return ['https://evil.example', 'evil.example'];
    case 'object':
      return { evil: 'claude-opus' };
    case 'integer':
    case 'number':
      return 3;
    default:
      return '/evil/claude';
  }
}

interface Property {
  readonly type: string;
  readonly scope: string;
  readonly default: unknown;
}

/** Where a repository may have settings: in its folder, and in a file that opens several folders. */
function placesOfSettings(): { readonly name: string; readonly file: Uri }[] {
  const folder = workspace.workspaceFolders![0]!.uri;
  const file = workspace.workspaceFile;
  return [
    { name: 'in .vscode', file: Uri.joinPath(folder, '.vscode', 'settings.json') },
    ...(file === undefined ? [] : [{ name: 'in a file of a workspace', file }]),
  ];
}

describe('the settings of a repository', () => {
  /** Of VS Code, and allowed in either place: tells when the file has been read. */
  const MARK = 'editor.tabSize';
  const get = (key: string): unknown =>
    workspace.getConfiguration(undefined, workspace.workspaceFolders![0]!.uri).get(key);
  const untilMark = (value: unknown): Promise<unknown> =>
    until(`the setting ${MARK}`, () => get(MARK), { fits: (seen) => seen === value, timeoutMs: 45_000 });

  for (const { name, file } of placesOfSettings()) {
    it(`change nothing that is of the machine: ${name}`, async () => {
      const { port } = await ready();
      const { contributes } = extension().packageJSON as {
        contributes: { configuration: { properties: Readonly<Record<string, Property>> } };
      };
      const all = Object.entries(contributes.configuration.properties);
      const ofTheMachine = all.filter(([, { scope }]) => scope === 'machine');
      assert.ok(ofTheMachine.length >= 10);
      const before = ofTheMachine.map(([key]) => get(key));
      const usual = get(MARK);
      const written = Object.fromEntries(ofTheMachine.map(([key, property]) => [key, hostile(property)]));
      const old = await workspace.fs.readFile(file).then(
        (bytes) => bytes,
        () => undefined,
      );
      const text = JSON.stringify(inForm(old, { ...written, [MARK]: 7 }));
      await workspace.fs.writeFile(file, Buffer.from(text));
      try {
        await untilMark(7);
        assert.deepEqual(
          ofTheMachine.map(([key]) => get(key)),
          before,
        );
        const running = await untilStatus(isReady);
        assert.equal(running.port, port);
        assert.equal((await chat(port, 'say: still here')).status, 200);
      } finally {
        if (old === undefined) await workspace.fs.delete(file);
        else await workspace.fs.writeFile(file, old);
        await untilMark(usual);
      }
    });
  }
});

/** The settings as such a file has them: alone, or beside the folders. */
function inForm(old: Uint8Array | undefined, settings: object): object {
  return old === undefined ? settings : { ...(JSON.parse(Buffer.from(old).toString()) as object), settings };
}

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
