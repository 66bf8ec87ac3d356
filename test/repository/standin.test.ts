import assert from 'node:assert/strict';
import { cannedReply } from '../standin/cannedReply.js';
import { errorReply, messageReply, startStandIn, textReply, toolReply } from '../standin/server.js';
import type { Reply, StandIn } from '../standin/server.js';

const QUESTION = { model: 'claude-x', max_tokens: 1000, messages: [{ role: 'user', content: 'hi' }] };

interface ServerEvent {
  readonly type: string;
  readonly index?: number;
  readonly delta?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

describe('the stand-in Messages API', () => {
  let standIn: StandIn;

  beforeEach(async () => {
    standIn = await startStandIn();
  });

  afterEach(() => standIn.close({ lenient: true }));

  function ask({ stream }: { stream: boolean }, signal?: AbortSignal): Promise<Response> {
    return fetch(`${standIn.url}/v1/messages?beta=true`, {
      method: 'POST',
      body: JSON.stringify({ ...QUESTION, stream }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async function events(reply: Reply): Promise<ServerEvent[]> {
    standIn.reply(reply);
    const response = await ask({ stream: true });
    assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    return parse(await response.text());
  }

  it('streams a message in the order of the real API', async () => {
    const usage = { input_tokens: 5, output_tokens: 7, cache_read_input_tokens: 9 };
    const all = await events(textReply(['Hel', 'lo'], { usage, stopReason: 'max_tokens' }));
    assert.deepEqual(
      all.map(({ type }) => type),
      [
        'message_start',
        'ping',
        'content_block_start',
        'content_block_delta',
        'content_block_delta',
        'content_block_stop',
        'message_delta',
        'message_stop',
      ],
    );
    const start = all[0]?.['message'] as { model: string; usage: Record<string, number> };
    assert.equal(start.model, 'claude-x');
    assert.equal(start.usage['input_tokens'], 5);
    const end = all.at(-2)!;
    assert.equal(end.delta?.['stop_reason'], 'max_tokens');
    const counted = end['usage'] as Record<string, number>;
    assert.deepEqual([counted['output_tokens'], counted['cache_read_input_tokens']], [7, 9]);
    await standIn.close();
  });

  it('splits a string into pieces of the given size, never within a code point', async () => {
    const all = await events(textReply('ab🚀cd', { pieceSize: 1 }));
    assert.deepEqual(
      all.flatMap(({ delta }) => (delta?.['type'] === 'text_delta' ? [delta['text']] : [])),
      ['a', 'b', '🚀', 'c', 'd'],
    );
  });

  it('streams thinking with its signature and tool input as partial JSON', async () => {
    const tool = { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'x', deep: [1, 2] } } as const;
    const thinking = { type: 'thinking', thinking: 'hm', signature: 'sig' } as const;
    const all = await events(messageReply([thinking, tool], { pieceSize: 4 }));
    assert.ok(all.some(({ delta }) => delta?.['signature'] === 'sig'));
    const json = all.flatMap(({ index, delta }) =>
      index === 1 ? [(delta?.['partial_json'] ?? '') as string] : [],
    );
    assert.ok(json.length > 3);
    assert.deepEqual(JSON.parse(json.join('')), tool.input);
    assert.equal(all.at(-2)?.delta?.['stop_reason'], 'tool_use');
  });

  it('answers with one object without stream: true', async () => {
    standIn.reply(toolReply({ id: 'toolu_1', name: 'look', input: { at: 'x' } }));
    const body = (await (await ask({ stream: false })).json()) as Record<string, unknown>;
    assert.deepEqual(body['content'], [
      { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'x' } },
    ]);
    assert.equal(body['stop_reason'], 'tool_use');
  });

  it('holds the stream at a gate until it opens', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    standIn.reply(textReply(['one', gate, 'two']));
    const reader = (await ask({ stream: true })).body!.pipeThrough(new TextDecoderStream()).getReader();
    let seen = '';
    while (!seen.includes('one')) seen += (await reader.read()).value ?? '';
    assert.ok(!seen.includes('two'));
    open();
    for (let part = await reader.read(); !part.done; part = await reader.read()) seen += part.value;
    assert.ok(seen.includes('two') && seen.includes('message_stop'));
  });

  it('repeats an error with status, type and headers until another reply is queued', async () => {
    standIn.reply(errorReply(429, 'slow down', { 'retry-after': '7' }));
    for (const attempt of [1, 2]) {
      const response = await ask({ stream: true });
      assert.equal(response.status, 429, `attempt ${attempt}`);
      assert.equal(response.headers.get('retry-after'), '7');
      const { error } = (await response.json()) as { error: unknown };
      assert.deepEqual(error, { type: 'rate_limit_error', message: 'slow down' });
    }
    standIn.reply(textReply('better'));
    assert.equal((await ask({ stream: true })).status, 200);
    await standIn.close();
  });

  it('breaks a stream with an error event, or by closing the connection', async () => {
    const content = [{ type: 'text', text: 'half' }] as const;
    const all = await events({
      kind: 'midStreamError',
      content,
      type: 'overloaded_error',
      message: 'Overloaded',
    });
    assert.equal(all.at(-1)?.type, 'error');
    assert.ok(!all.some(({ type }) => type === 'message_stop'));
    standIn.reply({ kind: 'disconnect', content });
    const response = await ask({ stream: true });
    await assert.rejects(response.text());
    assert.equal(await standIn.requests[1]?.closed, 'standIn');
  });

  it('reports a client that disconnects before the response', async () => {
    standIn.reply({ kind: 'hang' });
    const abort = new AbortController();
    const answer = ask({ stream: true }, abort.signal);
    const request = await standIn.nextRequest();
    abort.abort();
    await assert.rejects(answer);
    assert.equal(await request.closed, 'client');
    await standIn.close();
  });

  it('rejects requests without a reply, unknown paths and unused replies', async () => {
    assert.equal((await ask({ stream: true })).status, 400);
    assert.equal((await fetch(`${standIn.url}/v1/complete`, { method: 'POST' })).status, 404);
    assert.equal((await fetch(`${standIn.url}/api/hello`, { method: 'HEAD' })).status, 404);
    standIn.reply(textReply('never asked for'));
    assert.equal(standIn.unexpected.length, 2);
    assert.deepEqual(standIn.sideCalls, ['HEAD /api/hello']);
    await assert.rejects(standIn.close(), /no reply queued.*unknown path.*1 queued/);
  });

  it('says in its canned answers that they are canned', async () => {
    const canned = await startStandIn({ respond: cannedReply });
    const response = await fetch(`${canned.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify(QUESTION),
    });
    const body = (await response.json()) as { content: { text: string }[] };
    assert.match(body.content[0]!.text, /canned.*stand-in[^]*“hi”/);
    await canned.close();
  });
});

function parse(text: string): ServerEvent[] {
  return text
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const [name, data] = block.split('\n');
      const event = JSON.parse(data!.replace(/^data: /, '')) as ServerEvent;
      assert.equal(name, `event: ${event.type}`);
      return event;
    });
}
