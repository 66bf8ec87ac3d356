import assert from 'node:assert/strict';
import { requireModelName } from '../../../src/protocol/modelName.js';
import { badRequestMessage } from './badRequestMessage.js';

describe('requireModelName', () => {
  it('accepts names with a host, a namespace and a tag', () => {
    const names = [
      'claude',
      'Claude-Sonnet:latest',
      'ns/m',
      'registry.ollama.ai/library/m:7b',
      'localhost:5000/ns/m',
      '_x',
      ' claude ',
      'sonnet[1m]',
      'Opus[1M]:workspace',
      'anthropic/claude-sonnet-4-6[1m]:cloud',
    ];
    for (const name of names)
      assert.equal(
        badRequestMessage(() => requireModelName(name)),
        undefined,
        name,
      );
  });

  it('refuses empty and invalid names', () => {
    for (const name of ['', ' ', '\t\n'])
      assert.equal(
        badRequestMessage(() => requireModelName(name)),
        'model is required',
      );
    const names = [
      'bad name!',
      'a b',
      '[1m]',
      'a[1m][1m]',
      'a[1m]b',
      'a[2m]',
      'a[]',
      'a:t[2m]',
      '--model=x',
      '../../x',
      'a/b/c/d',
      'm:',
      ':t',
      'm:t:u',
      'a//m',
      '/m',
      'm/',
      'n.s/m',
      ';touch x',
      '$(x)',
      'x\0y',
      'x\ny',
      '🦙',
      'x'.repeat(81),
    ];
    for (const name of names)
      assert.equal(
        badRequestMessage(() => requireModelName(name)),
        'invalid model name',
        name,
      );
  });
});
