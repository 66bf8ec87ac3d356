import assert from 'node:assert/strict';
import {
  chooseFolder,
  lanesOf,
  desiredConfig,
  sameConfig,
  urlOf,
  type WorkspaceFolder,
} from '../../../../src/vscode/lifecycle/desiredConfig.js';
import type { Settings } from '../../../../src/vscode/platform/settings.js';

const settings: Settings = {
  port: 11434,
  host: '127.0.0.1',
  claudePath: '',
  autoStart: true,
  defaultModel: '',
  unknownModels: 'default',
  aliases: {},
  allowedHosts: [],
  allowedOrigins: [],
  allowOtherUsers: false,
  maxProcesses: 4,
  maxQueuedRequests: 64,
  prewarm: 'whileInUse',
  idleTimeoutMinutes: 10,
  'workspace.permissions': 'readOnly',
  'workspace.editorContext': true,
};
const trusted: WorkspaceFolder = { trusted: true, folder: '/code/a', moreFolders: [] };

describe('desiredConfig', () => {
  it('is unchanged by settings that are read for every request', () => {
    const one = desiredConfig(settings, trusted);
    const other = desiredConfig(
      { ...settings, aliases: { a: 'b' }, defaultModel: 'sonnet', allowedHosts: ['x'] },
      trusted,
    );
    assert.ok(sameConfig(one.listen, other.listen));
    assert.ok(sameConfig(one.backend, other.backend));
  });

  it('changes only the listen part when the port or the host changes', () => {
    const one = desiredConfig(settings, trusted);
    for (const change of [{ port: 11500 }, { host: '::1' }]) {
      const other = desiredConfig({ ...settings, ...change }, trusted);
      assert.ok(!sameConfig(one.listen, other.listen));
      assert.ok(sameConfig(one.backend, other.backend));
    }
  });

  it('changes the listen part when a strong token is added or removed, if other machines may reach the host', () => {
    const token = 'x'.repeat(32);
    const loopback = [desiredConfig(settings, trusted), desiredConfig(settings, trusted, token)];
    assert.ok(sameConfig(loopback[0]!.listen, loopback[1]!.listen));
    for (const host of ['0.0.0.0', '::', '0', '192.168.1.5']) {
      const wide = { ...settings, host };
      const [without, weak, strong, rotated] = [undefined, 'short', token, token.replaceAll('x', 'y')].map(
        (one) => desiredConfig(wide, trusted, one).listen,
      );
      assert.ok(sameConfig(without!, weak!));
      assert.ok(!sameConfig(weak!, strong!));
      assert.ok(sameConfig(strong!, rotated!));
    }
  });

  it('changes only the backend part when the folder, the path of the CLI or its limits change', () => {
    const one = desiredConfig(settings, trusted);
    const others = [
      desiredConfig(settings, { ...trusted, folder: '/code/b' }),
      desiredConfig(settings, { ...trusted, moreFolders: ['/code/b'] }),
      desiredConfig(settings, { ...trusted, moreFolders: undefined }),
      desiredConfig({ ...settings, 'workspace.permissions': 'ask' }, trusted),
      desiredConfig({ ...settings, claudePath: '/opt/claude' }, trusted),
      desiredConfig({ ...settings, maxProcesses: 2 }, trusted),
      desiredConfig({ ...settings, idleTimeoutMinutes: 1 }, trusted),
    ];
    for (const other of others) {
      assert.ok(sameConfig(one.listen, other.listen));
      assert.ok(!sameConfig(one.backend, other.backend));
    }
  });

  it('refuses to run in an untrusted folder, for any path of the CLI', () => {
    const config = desiredConfig({ ...settings, claudePath: '/evil' }, { ...trusted, trusted: false });
    assert.deepEqual(config.backend, { kind: 'refuse', folder: '/code/a' });
  });
});

describe('lanesOf', () => {
  it('returns both lanes for a trusted open folder, and only the chat lane otherwise', () => {
    assert.deepEqual(lanesOf(trusted), ['chat', 'workspace']);
    assert.deepEqual(lanesOf({ ...trusted, trusted: false }), ['chat']);
    assert.deepEqual(lanesOf({ ...trusted, moreFolders: undefined }), ['chat']);
  });
});

describe('the workspace lane in desiredConfig', () => {
  it('includes all open folders, and is absent when no folder is open', () => {
    const workspaceFor = (folder: WorkspaceFolder) => {
      const { backend } = desiredConfig({ ...settings, 'workspace.permissions': 'ask' }, folder);
      return backend.kind === 'cli' ? backend.workspace : 'refused';
    };
    assert.deepEqual(workspaceFor({ ...trusted, moreFolders: ['/code/b'] }), {
      permissions: 'ask',
      moreFolders: ['/code/b'],
    });
    assert.equal(workspaceFor({ ...trusted, moreFolders: undefined }), undefined);
    assert.equal(workspaceFor({ ...trusted, trusted: false }), 'refused');
  });
});

describe('chooseFolder', () => {
  it('chooses the first open folder', () => {
    assert.equal(chooseFolder(['/a', '/b'], undefined, '/none'), '/a');
  });

  it("chooses the active editor's folder when several are open", () => {
    assert.equal(chooseFolder(['/a', '/b'], '/b', '/none'), '/b');
  });

  it('ignores a folder that is no longer open', () => {
    assert.equal(chooseFolder(['/a', '/b'], '/closed', '/none'), '/a');
  });

  it('chooses the fallback when no folder is open', () => {
    assert.equal(chooseFolder([], undefined, '/none'), '/none');
  });
});

describe('urlOf', () => {
  it('returns the loopback address for a server that listens on every address', () => {
    assert.equal(urlOf({ host: '0.0.0.0', port: 11434 }), 'http://127.0.0.1:11434');
    assert.equal(urlOf({ host: '0', port: 11434 }), 'http://127.0.0.1:11434');
    assert.equal(urlOf({ host: '::', port: 11434 }), 'http://[::1]:11434');
  });

  it('puts brackets around an IPv6 address', () => {
    assert.equal(urlOf({ host: '::1', port: 1 }), 'http://[::1]:1');
  });
});
