import assert from 'node:assert/strict';
import { listEntries } from '../../../../src/core/catalog.js';
import { modelInformation } from '../../../../src/vscode/chat/modelInformation.js';
import { MODEL } from '../fakeCliBackend.js';

const [sonnet, workspace] = listEntries([{ ...MODEL, description: 'Everyday tasks' }], ['chat', 'workspace']);
const [defaultModel] = listEntries(
  [{ ...MODEL, value: 'default', displayName: 'Default (recommended)' }],
  ['chat'],
);

describe('modelInformation', () => {
  it('contains the name, the version and the folder of the model', () => {
    assert.deepEqual(modelInformation(sonnet!, '/code/shop'), {
      id: 'claude-sonnet:latest',
      name: 'Claude Sonnet',
      family: 'claude-sonnet',
      version: 'claude-sonnet-5-5',
      detail: 'Claude CLI',
      tooltip: 'Everyday tasks\n\nAnswered by your own Claude CLI in /code/shop',
      maxInputTokens: 168_000,
      maxOutputTokens: 32_000,
      capabilities: { imageInput: true, toolCalling: true },
    });
  });

  it('uses the limits that the CLI has reported, which together fit into the context', () => {
    const entry = { ...sonnet!, model: { ...sonnet!.model, maxOutputTokens: 64_000 } };
    const { maxInputTokens, maxOutputTokens } = modelInformation(entry, '/');
    assert.deepEqual([maxInputTokens, maxOutputTokens], [136_000, 64_000]);
  });

  it('shortens the name', () => {
    assert.equal(modelInformation(defaultModel!, '/').name, 'Claude Default');
  });

  it('lists the workspace lane as a model of its own', () => {
    const { id, name, detail } = modelInformation(workspace!, '/');
    assert.deepEqual(
      [id, name, detail],
      ['claude-sonnet:workspace', 'Claude Sonnet (workspace)', 'Claude Code'],
    );
  });
});
