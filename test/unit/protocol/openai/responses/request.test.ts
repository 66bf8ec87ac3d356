import assert from 'node:assert/strict';
import { callPart, IMAGE, PNG, responseRequestOf, resultPart, user } from '../requests.js';

describe('a request of /v1/responses', () => {
  it('reads instructions, and text as input', () => {
    const request = responseRequestOf({ instructions: 'Be brief.', max_output_tokens: 9 });
    assert.equal(request.system, 'Be brief.');
    assert.deepEqual(request.messages, [user('hi')]);
    assert.equal(request.maxTokens, 9);
  });

  it('reads the items of a conversation, and ignores reasoning', () => {
    const input = [
      { role: 'developer', content: 'Be kind.' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }] },
      {
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'Wait.' },
          { type: 'refusal', refusal: ' No.' },
        ],
      },
      { type: 'function_call', call_id: '1', name: 'f', arguments: '{"a":1}' },
      { type: 'function_call', call_id: '2', name: 'g', arguments: '' },
      { type: 'function_call_output', call_id: '2', output: 'two' },
      { type: 'function_call_output', call_id: '1', output: [{ type: 'input_text', text: 'one' }] },
      {
        role: 'user',
        content: [{ type: 'input_image', image_url: `data:image/png;base64,${PNG}`, detail: 'auto' }],
      },
    ];
    const request = responseRequestOf({ instructions: 'Be brief.', input });
    assert.equal(request.system, 'Be brief.\n\nBe kind.');
    assert.deepEqual(request.messages, [
      user('hi'),
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Wait.' },
          { type: 'text', text: ' No.' },
        ],
      },
      { role: 'assistant', content: [callPart('1')] },
      { role: 'assistant', content: [callPart('2', 'g', {})] },
      { role: 'user', content: [resultPart('2', 'two')] },
      { role: 'user', content: [resultPart('1', 'one')] },
      { role: 'user', content: [IMAGE] },
    ]);
  });

  it('reads the format of the answer', () => {
    const schema = { type: 'object' };
    const text = { format: { type: 'json_schema', name: 'n', schema, strict: true }, verbosity: 'low' };
    assert.deepEqual(responseRequestOf({ text }).format, { type: 'schema', schema });
  });
});
