import assert from 'node:assert/strict';
import { listEntries } from '../../../../src/core/catalog.js';
import { modelInformation } from '../../../../src/vscode/chat/models.js';
import { MODEL } from '../fakeCliBackend.js';

const [sonnet, workspace] = listEntries([{ ...MODEL, description: 'Everyday tasks' }], ['chat', 'workspace']);
const [byDefault] = listEntries(
  [{ ...MODEL, value: 'default', displayName: 'Default (recommended)' }],
  ['chat'],
);

describe("a model in the editor's list", () => {
  it('is told with its name, its version and where it answers', () => {
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

  it('has the limits that the CLI has reported, together no more than the context', () => {
    const entry = { ...sonnet!, model: { ...sonnet!.model, maxOutputTokens: 64_000 } };
    const { maxInputTokens, maxOutputTokens } = modelInformation(entry, '/');
    assert.deepEqual([maxInputTokens, maxOutputTokens], [136_000, 64_000]);
  });

  it('has a short name', () => {
    assert.equal(modelInformation(byDefault!, '/').name, 'Claude Default');
  });

  it('is another one in the other lane', () => {
    const { id, name, detail } = modelInformation(workspace!, '/');
    assert.deepEqual(
      [id, name, detail],
      ['claude-sonnet:workspace', 'Claude Sonnet (workspace)', 'Claude Code'],
    );
  });
});
