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

describe('the plan', () => {
  it('is the same when only settings changed that are read for every request', () => {
    const one = desiredConfig(settings, trusted);
    const other = desiredConfig(
      { ...settings, aliases: { a: 'b' }, defaultModel: 'sonnet', allowedHosts: ['x'] },
      trusted,
    );
    assert.ok(sameConfig(one.listen, other.listen));
    assert.ok(sameConfig(one.backend, other.backend));
  });

  it('listens anew when the port or the host changed, with the same backend', () => {
    const one = desiredConfig(settings, trusted);
    for (const change of [{ port: 11500 }, { host: '::1' }]) {
      const other = desiredConfig({ ...settings, ...change }, trusted);
      assert.ok(!sameConfig(one.listen, other.listen));
      assert.ok(sameConfig(one.backend, other.backend));
    }
  });

  it('listens anew when a token comes or goes, but only where other machines may reach the server', () => {
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

  it('needs another backend when the folder, the path of the CLI or its limits changed, on the same port', () => {
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

  it('refuses in a folder that is not trusted, whatever the path of the CLI', () => {
    const plan = desiredConfig({ ...settings, claudePath: '/evil' }, { ...trusted, trusted: false });
    assert.deepEqual(plan.backend, { kind: 'refuse', folder: '/code/a' });
  });
});

describe('the lanes', () => {
  it('are both in a trusted folder that is open, and one anywhere else', () => {
    assert.deepEqual(lanesOf(trusted), ['chat', 'workspace']);
    assert.deepEqual(lanesOf({ ...trusted, trusted: false }), ['chat']);
    assert.deepEqual(lanesOf({ ...trusted, moreFolders: undefined }), ['chat']);
  });

  it('work in all folders that are open, and in none that nobody has opened', () => {
    const plan = (place: WorkspaceFolder) => {
      const { backend } = desiredConfig({ ...settings, 'workspace.permissions': 'ask' }, place);
      return backend.kind === 'cli' ? backend.workspace : 'refused';
    };
    assert.deepEqual(plan({ ...trusted, moreFolders: ['/code/b'] }), {
      permissions: 'ask',
      moreFolders: ['/code/b'],
    });
    assert.equal(plan({ ...trusted, moreFolders: undefined }), undefined);
    assert.equal(plan({ ...trusted, trusted: false }), 'refused');
  });
});

describe('the choice of a folder', () => {
  it('takes the first that is open', () => {
    assert.equal(chooseFolder(['/a', '/b'], undefined, '/none'), '/a');
  });

  it("takes the active editor's where several are open", () => {
    assert.equal(chooseFolder(['/a', '/b'], '/b', '/none'), '/b');
  });

  it('does not take a folder that is no longer open', () => {
    assert.equal(chooseFolder(['/a', '/b'], '/closed', '/none'), '/a');
  });

  it('takes the private folder when none is open', () => {
    assert.equal(chooseFolder([], undefined, '/none'), '/none');
  });
});

describe('the URL', () => {
  it('is the loopback when the server listens on every address', () => {
    assert.equal(urlOf({ host: '0.0.0.0', port: 11434 }), 'http://127.0.0.1:11434');
    assert.equal(urlOf({ host: '0', port: 11434 }), 'http://127.0.0.1:11434');
    assert.equal(urlOf({ host: '::', port: 11434 }), 'http://[::1]:11434');
  });

  it('has brackets around an IPv6 address', () => {
    assert.equal(urlOf({ host: '::1', port: 1 }), 'http://[::1]:1');
  });
});
