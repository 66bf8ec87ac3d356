import assert from 'node:assert/strict';
import { ModelList } from '../../../src/claude/modelList.js';
import { type ResultMessage } from '../../../src/claude/process/incoming.js';

const resultAbout = (id: string, contextWindow: number): ResultMessage =>
  ({
    type: 'result',
    subtype: 'success',
    modelUsage: { [id]: { contextWindow, maxOutputTokens: 64_000 } },
  }) as unknown as ResultMessage;

describe('the list of models', () => {
  const listed = [
    { value: 'sonnet', resolvedModel: 'claude-sonnet-5', contextLength: 1_000_000 },
    { value: 'haiku', resolvedModel: 'claude-haiku-4-5' },
  ];

  it('keeps the context length that the CLI has told before the first answer', async () => {
    const list = new ModelList(() => Promise.resolve(listed));
    list.learn(resultAbout('claude-sonnet-5', 200_000));
    const [sonnet] = await list.models();
    assert.deepEqual([sonnet?.contextLength, sonnet?.maxOutputTokens], [1_000_000, 64_000]);
  });

  it('takes the context length of an answer if the CLI has told none', async () => {
    const list = new ModelList(() => Promise.resolve(listed));
    assert.equal((await list.models())[1]?.contextLength, 200_000);
    list.learn(resultAbout('claude-haiku-4-5', 500_000));
    assert.equal((await list.models())[1]?.contextLength, 500_000);
  });
});
