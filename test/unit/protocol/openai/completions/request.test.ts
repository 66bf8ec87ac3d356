import { bodyFields } from '../../../../../src/protocol/json/fields.js';
import assert from 'node:assert/strict';
import type { ChatRequest } from '../../../../../src/core/chat.js';
import {
  decodeCompletion,
  translateCompletion,
} from '../../../../../src/protocol/openai/completions/request.js';
import { type Body, ENTRY, user } from '../requests.js';

describe('a request of /v1/completions', () => {
  const requestsOf = (body: Body): ChatRequest[] =>
    translateCompletion(
      decodeCompletion(bodyFields(JSON.stringify({ model: 'x', ...body }), 'openai.CompletionRequest')),
      ENTRY,
    );
  const requestOf = (body: Body): ChatRequest | undefined => requestsOf(body)[0];

  it('takes a list with one prompt for that prompt', () => {
    assert.deepEqual(
      requestOf({ prompt: ['Say it.'] })?.messages,
      requestOf({ prompt: 'Say it.' })?.messages,
    );
    assert.equal(requestOf({ prompt: [] }), undefined);
  });

  it('becomes n chats for each prompt, in the order of the prompts', () => {
    const messages = requestsOf({ prompt: ['a', 'b'], n: 2 }).map((request) => request.messages);
    assert.deepEqual(messages, [[user('a')], [user('a')], [user('b')], [user('b')]]);
  });

  it('becomes a chat of one message without thinking', () => {
    assert.deepEqual(requestOf({ prompt: 'hi', stop: ['a'], max_tokens: 3 }), {
      lane: 'workspace',
      model: 'sonnet',
      system: '',
      messages: [user('hi')],
      tools: [],
      thinking: { show: false },
      stop: ['a'],
      maxTokens: 3,
    });
  });

  it('refuses a stop sequence that is not a string', () => {
    assert.throws(() => requestOf({ prompt: 'hi', stop: ['a', 5] }), {
      message: "invalid type for 'stop' field: float64",
    });
  });

  it('only loads the model if the prompt is empty', () => {
    assert.equal(requestOf({ prompt: '' }), undefined);
  });
});
