/** OpenAI's JavaScript client, Responses API, against the built server, the real CLI and the stand-in API. */
import assert from 'node:assert/strict';
import OpenAI, { BadRequestError } from 'openai';
import type {
  FunctionTool,
  ResponseInputItem,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses';
import { ChatError } from '../../src/core/errors.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { fails, text } from '../support/fakeBackend.js';
import { startRig, stopRigs } from '../support/endpointRig.js';
import { messageReply, systemOf, textReply, toolReply } from '../standin/server.js';

const MODEL = 'claude-sonnet';
const READ: FunctionTool = {
  type: 'function',
  name: 'read',
  description: 'Reads a file.',
  parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
  strict: true,
};

describe('OpenAI client, Responses', () => {
  let headless: Headless;
  let client: OpenAI;

  before(async () => {
    headless = await startHeadless();
    client = new OpenAI({ baseURL: `${headless.url}/v1`, apiKey: 'none', maxRetries: 0 });
  });
  after(() => headless.stop());

  const session = (): unknown => headless.standIn.requests.at(-1)?.headers['x-claude-code-session-id'];

  it('gets a whole response with its usage', async () => {
    headless.standIn.reply(textReply('Hello.', { usage: { input_tokens: 12, output_tokens: 34 } }));
    const response = await client.responses.create({ model: MODEL, instructions: 'Be brief.', input: 'hi' });
    assert.equal(response.output_text, 'Hello.');
    assert.equal(response.status, 'completed');
    assert.equal(response.usage?.total_tokens, 46);
    assert.ok(systemOf(headless.standIn.requests.at(-1)!.body).includes('Be brief.'));
  });

  it('streams thinking, text and calls, and continues in the same process', async () => {
    headless.standIn.reply(
      messageReply([
        { type: 'thinking', thinking: ['I', ' must', ' read.'], signature: 's' },
        { type: 'text', text: ['Let me', ' look.'] },
        { type: 'tool_use', id: 'toolu_1', name: 'read', input: { path: 'a.txt' } },
        { type: 'tool_use', id: 'toolu_2', name: 'read', input: { path: 'b.txt' } },
      ]),
      textReply('Done.'),
    );
    const input: ResponseInputItem[] = [{ role: 'user', content: 'Read both.' }];
    const stream = client.responses.stream({
      model: MODEL,
      input,
      tools: [READ],
      reasoning: { effort: 'medium', summary: 'auto' },
    });
    const snapshots: string[] = [];
    stream.on('response.output_text.delta', ({ snapshot }) => snapshots.push(snapshot));
    const response = await stream.finalResponse();
    const before = session();
    assert.deepEqual(snapshots, ['Let me', 'Let me look.']);
    const [reasoning, message, ...calls] = response.output;
    assert.ok(reasoning?.type === 'reasoning');
    assert.deepEqual(reasoning.summary, [{ type: 'summary_text', text: 'I must read.' }]);
    assert.ok(message?.type === 'message');
    assert.deepEqual(
      calls.map((call) =>
        call.type === 'function_call' ? [call.call_id, call.parsed_arguments as unknown] : [],
      ),
      [
        ['toolu_1', { path: 'a.txt' }],
        ['toolu_2', { path: 'b.txt' }],
      ],
    );
    input.push(...(response.output as ResponseInputItem[]));
    for (const call of calls) {
      assert.ok(call.type === 'function_call');
      input.push({ type: 'function_call_output', call_id: call.call_id, output: `of ${call.call_id}` });
    }
    const next = await client.responses.create({
      model: MODEL,
      input,
      tools: [READ],
      reasoning: { effort: 'medium', summary: 'auto' },
    });
    assert.equal(next.output_text, 'Done.');
    assert.equal(session(), before);
    assert.match(
      JSON.stringify(headless.standIn.requests.at(-1)?.body.messages.at(-1)?.content),
      /"tool_use_id":"toolu_1".*of toolu_1.*"tool_use_id":"toolu_2".*of toolu_2/,
    );
  });

  it('parses JSON that matches a schema', async () => {
    headless.standIn.reply(toolReply({ id: 'toolu_3', name: 'StructuredOutput', input: { age: 7 } }));
    const schema = { type: 'object', properties: { age: { type: 'number' } }, required: ['age'] };
    const response = await client.responses.parse({
      model: MODEL,
      input: 'How old?',
      text: { format: { type: 'json_schema', name: 'person', strict: true, schema } },
    });
    assert.deepEqual(JSON.parse(response.output_text), { age: 7 });
  });

  it('reports that previous_response_id is not available', async () => {
    await assert.rejects(
      client.responses.create({ model: MODEL, input: 'go on', previous_response_id: 'resp_1' }),
      (error) => error instanceof BadRequestError && error.code === 'previous_response_not_found',
    );
  });
});

describe('OpenAI client, a response that fails', () => {
  afterEach(stopRigs);

  it('gets an error event and a failed response', async () => {
    const rig = await startRig();
    rig.backend.script = fails(new ChatError('cliFailed', 'The CLI died.'), text('Hel'));
    const client = new OpenAI({ baseURL: `${rig.url}/v1`, apiKey: 'none', maxRetries: 0 });
    const events: ResponseStreamEvent[] = [];
    for await (const event of await client.responses.create({ model: MODEL, input: 'hi', stream: true })) {
      events.push(event);
    }
    const [error, failed] = events.slice(-2);
    assert.ok(error?.type === 'error');
    assert.equal(error.message, 'The CLI died.');
    assert.ok(failed?.type === 'response.failed');
    assert.equal(failed.response.error?.message, 'The CLI died.');
  });
});
