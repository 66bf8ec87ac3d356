import assert from 'node:assert/strict';
import type { ChatRequest } from '../../../../src/core/chat.js';
import {
  apiOptions,
  refusedParameter,
  THINKING_TOKENS,
  type ApiParameter,
} from '../../../../src/claude/conversation/apiOptions.js';
import { request } from '../../../support/cliRig.js';

const TOOL = { name: 'look', description: '', parameters: {} };
const OFF = { mode: 'off', show: false } as const;
const optionsFor = (
  more: Partial<ChatRequest>,
  { id = 'claude-sonnet-5-5', refused = [] as readonly ApiParameter[] } = {},
): ReturnType<typeof apiOptions> => apiOptions(request([], more), { id, refused: new Set(refused) });

describe('apiOptions', () => {
  for (const [id, takes] of [
    ['claude-3-5-haiku-20241022', true],
    ['claude-sonnet-4-20250514', true],
    ['claude-opus-4-6', true],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', true],
    ['claude-opus-4-7', false],
    ['claude-haiku-5-5', false],
    ['claude-fable-5-2[1m]', false],
    ['sonnet', false],
  ] as const) {
    it(`${takes ? 'sends' : 'does not send'} sampling options to ${id}`, () => {
      const { body } = optionsFor({ sampling: { temperature: 0.2 }, thinking: OFF }, { id });
      assert.deepEqual(body, takes ? { temperature: 0.2 } : {});
    });
  }

  it('sends sampling options in the range of the API', () => {
    const at = (sampling: ChatRequest['sampling'], id: string): object =>
      optionsFor({ thinking: OFF, ...(sampling && { sampling }) }, { id }).body;
    const old = 'claude-3-5-haiku-20241022';
    assert.deepEqual(at({ temperature: 2, topP: 0.5, topK: 40.7 }, old), {
      temperature: 1,
      top_p: 0.5,
      top_k: 40,
    });
    assert.deepEqual(at({ temperature: -1, topP: 1.5, topK: 0 }, old), { temperature: 0 });
    assert.deepEqual(at({ temperature: 0, topP: 0.5 }, 'claude-opus-4-1'), { temperature: 0 });
    assert.deepEqual(at({ topP: 0.5 }, 'claude-opus-4-1'), { top_p: 0.5 });
  });

  it('sends no sampling options while the model may think', () => {
    const { body } = optionsFor({ sampling: { temperature: 0 } }, { id: 'claude-opus-4-6' });
    assert.deepEqual(body, {});
  });

  it('gives thinking room above a limit only if the client requests thinking', () => {
    const limitOf = (maxTokens: number, mode?: 'on' | 'off'): readonly [number | null, boolean] => {
      const thinking = { show: false, ...(mode === undefined ? {} : { mode }) };
      const { maxTokens: limit, thinkingOff } = optionsFor({ maxTokens, thinking });
      return [limit, thinkingOff];
    };
    assert.deepEqual(limitOf(10), [10, true]);
    assert.deepEqual(limitOf(10, 'off'), [10, true]);
    assert.deepEqual(limitOf(10, 'on'), [10 + THINKING_TOKENS, false]);
    assert.deepEqual(limitOf(THINKING_TOKENS), [THINKING_TOKENS, false]);
    assert.deepEqual(limitOf(THINKING_TOKENS, 'on'), [THINKING_TOKENS, false]);
  });

  it('forces no tool on a model that must think', () => {
    const required = { tools: [TOOL], toolChoice: { required: true, single: true } };
    const { body, thinkingOff } = optionsFor(required, { refused: ['thinking'] });
    assert.deepEqual(body, { tool_choice: { type: 'auto', disable_parallel_tool_use: true } });
    assert.equal(thinkingOff, false);
  });

  it('leaves out what the API has refused', () => {
    const all: Partial<ChatRequest> = {
      stop: ['END'],
      sampling: { temperature: 0.5, topK: 2 },
      thinking: { ...OFF, effort: 'low' },
    };
    const id = 'claude-opus-4-6';
    const full = optionsFor(all, { id });
    assert.deepEqual(full.body, { stop_sequences: ['END'], temperature: 0.5, top_k: 2 });
    assert.equal(full.effort, 'low');
    const refused: readonly ApiParameter[] = ['stop_sequences', 'temperature', 'top_k', 'effort'];
    const rest = optionsFor(all, { id, refused });
    assert.deepEqual([rest.body, rest.effort], [{}, null]);
  });
});

describe('refusedParameter', () => {
  const options = optionsFor(
    { stop: ['END'], sampling: { temperature: 0.5 }, thinking: OFF },
    { id: 'claude-opus-4-6' },
  );
  for (const [message, expected] of [
    ['`temperature` is deprecated for this model.', 'temperature'],
    ['stop_sequences: too many', 'stop_sequences'],
    ['thinking: must be enabled for this model', 'thinking'],
    ['`top_p` cannot be used', undefined],
    ['messages.1: some field is wrong', undefined],
    ['the temperatures are wrong', undefined],
  ] as const) {
    it(`finds ${expected ?? 'no parameter of the request'} in "${message}"`, () => {
      assert.equal(refusedParameter(message, options), expected);
    });
  }
});
