import assert from 'node:assert/strict';
import { addressLines } from '../../../../src/vscode/ui/addressText.js';

const localUrl = 'http://127.0.0.1:11434';

describe('addressLines', () => {
  it('returns one address in a local window', () => {
    assert.deepEqual(addressLines({ localUrl, externalUrl: undefined, remoteName: undefined }), [
      { url: localUrl, audience: '' },
    ]);
  });

  it('says in a remote window which clients the address is for', () => {
    assert.deepEqual(addressLines({ localUrl, externalUrl: undefined, remoteName: 'wsl' }), [
      { url: localUrl, audience: 'for clients in WSL' },
    ]);
  });

  it("lists the address for the user's own machine first, once it is known", () => {
    const externalUrl = 'https://name-11434.app.github.dev';
    assert.deepEqual(addressLines({ localUrl, externalUrl, remoteName: 'codespaces' }), [
      { url: externalUrl, audience: 'for clients on your own machine' },
      { url: localUrl, audience: 'for clients in the codespace' },
    ]);
  });

  it('describes an unknown kind of remote as a remote machine', () => {
    assert.equal(
      addressLines({ localUrl, externalUrl: undefined, remoteName: 'new-kind' })[0]?.audience,
      'for clients on the remote machine',
    );
  });
});
