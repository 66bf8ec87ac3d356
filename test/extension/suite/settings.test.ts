import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Uri, workspace } from 'vscode';
import { freePort, isOpen } from '../../support/ports.mjs';
import { until } from '../../support/until.mjs';
import { chat, extension, isReady, isRunning, ready, set, setting, untilStatus } from './endpoint.js';

/** A value that a hostile repository might set: of the right type, and never the default. */
function hostileValue({ type, default: defaultValue }: Property): unknown {
  switch (type) {
    case 'boolean':
      return defaultValue !== true;
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

/** Files in which a repository can set settings: in its folder, and a .code-workspace file. */
function settingsFiles(): { readonly name: string; readonly file: Uri }[] {
  const folder = workspace.workspaceFolders![0]!.uri;
  const file = workspace.workspaceFile;
  return [
    { name: '.vscode/settings.json', file: Uri.joinPath(folder, '.vscode', 'settings.json') },
    ...(file === undefined ? [] : [{ name: 'a .code-workspace file', file }]),
  ];
}

describe('settings in a repository', () => {
  /** A setting of VS Code that both files may set. Its change shows that VS Code has read the file. */
  const MARKER = 'editor.tabSize';
  const get = (key: string): unknown =>
    workspace.getConfiguration(undefined, workspace.workspaceFolders![0]!.uri).get(key);
  const untilMarker = (value: unknown): Promise<unknown> =>
    until(`the setting ${MARKER}`, () => get(MARKER), {
      fits: (current) => current === value,
      timeoutMs: 45_000,
    });

  for (const { name, file } of settingsFiles()) {
    it(`cannot change a machine setting: ${name}`, async () => {
      const { port } = await ready();
      const { contributes } = extension().packageJSON as {
        contributes: { configuration: { properties: Readonly<Record<string, Property>> }[] };
      };
      const all = contributes.configuration.flatMap(({ properties }) => Object.entries(properties));
      const machineSettings = all.filter(([, { scope }]) => scope === 'machine');
      assert.ok(machineSettings.length >= 10);
      const before = machineSettings.map(([key]) => get(key));
      const markerBefore = get(MARKER);
      const written = Object.fromEntries(
        machineSettings.map(([key, property]) => [key, hostileValue(property)]),
      );
      const contentBefore = await workspace.fs.readFile(file).then(
        (bytes) => bytes,
        () => undefined,
      );
      const text = JSON.stringify(fileContent(contentBefore, { ...written, [MARKER]: 7 }));
      await workspace.fs.writeFile(file, Buffer.from(text));
      try {
        await untilMarker(7);
        assert.deepEqual(
          machineSettings.map(([key]) => get(key)),
          before,
        );
        const running = await untilStatus(isReady);
        assert.equal(running.port, port);
        assert.equal((await chat(port, 'say: still here')).status, 200);
      } finally {
        if (contentBefore === undefined) await workspace.fs.delete(file);
        else await workspace.fs.writeFile(file, contentBefore);
        await untilMarker(markerBefore);
      }
    });
  }
});

/** The JSON of a new settings.json, or of an existing .code-workspace file with these settings. */
function fileContent(existing: Uint8Array | undefined, settings: object): object {
  if (existing === undefined) return settings;
  return { ...(JSON.parse(Buffer.from(existing).toString()) as object), settings };
}

describe('a settings change', () => {
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

  it('of model names applies to the next request and keeps connections open', async () => {
    const { port: now } = await ready();
    const socket = connect(now, '127.0.0.1').setEncoding('utf8');
    /** Sends a request over this one connection. VS Code replaces fetch and node:http for its proxy support. */
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

  it('of the CLI path is checked at once: a problem is reported while the server keeps running', async () => {
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
