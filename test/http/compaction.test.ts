/** Compaction for Codex: `/v1/responses` with a last item of the type `compaction_trigger`, and `/v1/responses/compact`. */
import assert from 'node:assert/strict';
import { says, text, thinking, DONE } from '../support/fakeBackend.js';
import { post, type Reply, type Rig, startRig, stopRigs } from '../support/endpointRig.js';
import { framesOf } from './openai.js';
import { CALL, done, toolCall } from './table.js';

const PATH = '/v1/responses';
const TRIGGER = { type: 'compaction_trigger' };
const TOOLS = [{ type: 'function', name: 'look', parameters: { type: 'object', properties: {} } }];
const HISTORY = [
  { type: 'message', role: 'user', content: 'Fix the bug in a.ts.' },
  { type: 'message', role: 'assistant', content: 'Done.' },
];

interface Item {
  readonly type: string;
  readonly encrypted_content: string;
}

const ask = (rig: Rig, input: readonly object[], more: object = {}): Promise<Reply> =>
  post(rig, PATH, {
    model: 'claude-sonnet',
    stream: true,
    instructions: 'Be exact.',
    input,
    tools: TOOLS,
    ...more,
  });

const errorOf = (reply: Reply): [number, string] => {
  const { error } = JSON.parse(reply.body) as { error: { message: string } };
  return [reply.status, error.message];
};

/** The item of a streamed compaction. */
function itemOf(reply: Reply): Item {
  assert.equal(reply.status, 200, reply.body);
  const items = framesOf(reply.body).filter(({ event }) => event === 'response.output_item.done');
  assert.equal(items.length, 1);
  return items[0]!.data['item'] as Item;
}

describe('a compaction', () => {
  afterEach(stopRigs);

  it('returns exactly one item, and asks in the same conversation with the same tools', async () => {
    const rig = await startRig();
    rig.backend.script = says(thinking('hm'), text('The bug '), text('is fixed.'), DONE);
    const reply = await ask(rig, [...HISTORY, TRIGGER], {
      tool_choice: 'required',
      max_output_tokens: 5,
      text: { format: { type: 'json_object' } },
    });
    assert.deepEqual(
      framesOf(reply.body).map(({ event }) => event),
      [
        'response.created',
        'response.in_progress',
        'response.output_item.added',
        'response.output_item.done',
        'response.completed',
      ],
    );
    const { type, encrypted_content: content } = itemOf(reply);
    assert.equal(type, 'compaction');
    assert.deepEqual(JSON.parse(content), {
      type: 'ollama_compaction',
      version: 1,
      summary: 'The bug is fixed.',
      retained: [],
    });
    const request = rig.backend.requests[0]!;
    assert.equal(request.system, 'Be exact.');
    assert.deepEqual(
      request.tools.map(({ name }) => name),
      ['look'],
    );
    assert.deepEqual(
      [request.toolChoice, request.maxTokens, request.format],
      [undefined, undefined, undefined],
    );
    assert.deepEqual(
      request.messages.map(({ role }) => role),
      ['user', 'assistant', 'user'],
    );
    assert.match(JSON.stringify(request.messages[2]), /summary/);
  });

  it('goes on from the summary when its item comes back, also from a real Ollama with kept messages', async () => {
    const rig = await startRig();
    rig.backend.script = says(text('The bug is fixed.'), DONE);
    const item = itemOf(await ask(rig, [...HISTORY, TRIGGER]));
    const next = { type: 'message', role: 'user', content: 'And b.ts?' };
    assert.equal((await ask(rig, [HISTORY[0]!, item, next])).status, 200);
    const texts = JSON.stringify(rig.backend.requests[1]!.messages);
    assert.match(texts, /Fix the bug in a\.ts\..*The bug is fixed\..*And b\.ts\?/);
    const kept = {
      type: 'ollama_compaction',
      version: 1,
      summary: 'We looked.',
      retained: [
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'c1', function: { name: 'look', arguments: { n: 1 } } }],
        },
        { role: 'tool', content: 'seen', tool_call_id: 'c1' },
      ],
    };
    const foreign = { type: 'compaction', encrypted_content: JSON.stringify(kept) };
    assert.equal((await ask(rig, [foreign, next])).status, 200);
    assert.match(JSON.stringify(rig.backend.requests[2]!.messages), /We looked\..*"n":1.*seen.*And b\.ts\?/);
  });

  it('returns a whole response without a stream', async () => {
    const rig = await startRig();
    rig.backend.script = says(text('Sum.'), DONE);
    const reply = await ask(rig, [...HISTORY, TRIGGER], { stream: false });
    const { object, status, output, usage } = JSON.parse(reply.body) as Record<string, unknown>;
    assert.deepEqual([object, status, (output as Item[])[0]?.type], ['response', 'completed', 'compaction']);
    assert.equal((usage as Record<string, number>)['input_tokens'], 11);
  });

  it('has a route of its own', async () => {
    const rig = await startRig();
    rig.backend.script = says(text('Sum.'), DONE);
    const body = { model: 'claude-sonnet', input: HISTORY };
    const { object, output } = JSON.parse((await post(rig, `${PATH}/compact`, body)).body) as Record<
      string,
      unknown
    >;
    assert.deepEqual(
      [object, (output as Item[]).map(({ type }) => type)],
      ['response.compaction', ['compaction']],
    );
    assert.deepEqual(errorOf(await post(rig, `${PATH}/compact`, { ...body, input: [...HISTORY, TRIGGER] })), [
      400,
      'compaction_trigger is only valid on POST /v1/responses',
    ]);
    assert.deepEqual(errorOf(await post(rig, `${PATH}/compact`, { ...body, input: [] })), [
      400,
      'compaction input is empty',
    ]);
  });

  it('fails with a status of its own, and changes nothing, unless the model wrote a complete summary', async () => {
    const rig = await startRig();
    for (const script of [
      says(DONE),
      says(text('  '), DONE),
      says(text('Half of'), done('length')),
      says(text('Let me look.'), toolCall(CALL), done('toolCalls')),
    ]) {
      rig.backend.script = script;
      const [status, message] = errorOf(await ask(rig, [...HISTORY, TRIGGER]));
      assert.equal(status, 424);
      assert.match(message, /was not compacted.*unchanged/);
    }
  });

  it('returns 400 for a trigger that is not the last item, and for an item of another server', async () => {
    const rig = await startRig();
    assert.deepEqual(errorOf(await ask(rig, [TRIGGER, ...HISTORY])), [
      400,
      'input[0]: compaction_trigger must be the final and only compaction trigger',
    ]);
    for (const content of ['gAAAA', '{}', '{"type":"ollama_compaction","version":2,"summary":"x"}', 5]) {
      const [status, message] = errorOf(await ask(rig, [{ type: 'compaction', encrypted_content: content }]));
      assert.equal(status, 400);
      assert.match(message, /not made by this server|cannot unmarshal/);
    }
    assert.equal(rig.backend.requests.length, 0);
  });
});
