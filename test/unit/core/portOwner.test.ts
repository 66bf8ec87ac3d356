import assert from 'node:assert/strict';
import { describePortInUse, portOwnerName } from '../../../src/core/portOwner.js';

describe('portOwnerName', () => {
  it('names each kind of program so that it completes "in use by"', () => {
    assert.deepEqual((['claudeOllama', 'ollama', 'other', 'none'] as const).map(portOwnerName), [
      'another Ollama Server for Claude',
      'Ollama itself',
      'another program',
      'a program that does not answer',
    ]);
  });
});

describe('describePortInUse', () => {
  it('says the address where one is given', () => {
    assert.equal(describePortInUse({ owner: 'ollama', port: 1 }), 'Port 1 is in use by Ollama itself.');
    assert.equal(
      describePortInUse({ owner: 'other', port: 1, host: '::1' }),
      'Port 1 on ::1 is in use by another program.',
    );
  });
});
