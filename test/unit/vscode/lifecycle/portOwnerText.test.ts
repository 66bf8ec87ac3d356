import assert from 'node:assert/strict';
import { describePortOwner } from '../../../../src/vscode/lifecycle/portOwnerText.js';

describe('describePortOwner', () => {
  it('names each kind of program so that it completes "in use by"', () => {
    assert.deepEqual((['claudeOllama', 'ollama', 'other', 'none'] as const).map(describePortOwner), [
      'Ollama Server for Claude',
      'Ollama itself',
      'another program',
      'a program that does not answer',
    ]);
  });
});
