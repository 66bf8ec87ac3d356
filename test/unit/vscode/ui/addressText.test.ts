import assert from 'node:assert/strict';
import { addressLines } from '../../../../src/vscode/ui/addressText.js';

const inside = 'http://127.0.0.1:11434';

describe('the addresses that a person is shown', () => {
  it('are one in a local window', () => {
    assert.deepEqual(addressLines({ inside, outside: undefined, remote: undefined }), [
      { url: inside, whose: '' },
    ]);
  });

  it('say in a remote window for whom they are', () => {
    assert.deepEqual(addressLines({ inside, outside: undefined, remote: 'wsl' }), [
      { url: inside, whose: 'for programs in WSL' },
    ]);
  });

  it('begin with the one of the own machine, once it is known', () => {
    const outside = 'https://name-11434.app.github.dev';
    assert.deepEqual(addressLines({ inside, outside, remote: 'codespaces' }), [
      { url: outside, whose: 'for programs on your own machine' },
      { url: inside, whose: 'for programs in the codespace' },
    ]);
  });

  it('know that a remote of a new kind is another machine', () => {
    assert.equal(
      addressLines({ inside, outside: undefined, remote: 'new-kind' })[0]?.whose,
      'for programs on the remote machine',
    );
  });
});
