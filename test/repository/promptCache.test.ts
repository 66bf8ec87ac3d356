import assert from 'node:assert/strict';
import { startStandIn, textReply, toolReply, type MessagesBody, type Reply } from '../standin/server.js';
import { createPromptCache, type PromptUsage } from '../standin/promptCache.js';
import { firstTokens, partTokens, textTokens } from '../standin/tokens.js';

const MINUTE = 60_000;
const LONG = 'A long text. '.repeat(800);
const MARK = { type: 'ephemeral' };

const block = (text: string, mark?: object) => ({
  type: 'text',
  text,
  ...(mark === undefined ? {} : { cache_control: mark }),
});
const said = (role: string, text: string, mark?: object) => ({ role, content: [block(text, mark)] });

function body(messages: MessagesBody['messages'], more: Partial<MessagesBody> = {}): MessagesBody {
  return { model: 'claude-sonnet-5', max_tokens: 100, messages, system: [block(LONG, MARK)], ...more };
}

const SYSTEM_TOKENS = partTokens(block(LONG));
const tokensOf = (text: string): number => partTokens(block(text));

describe("the stand-in's prompt cache", () => {
  let now = 0;
  let cache = createPromptCache(() => now);

  beforeEach(() => {
    now = 0;
    cache = createPromptCache(() => now);
  });

  /** The tokens that are read from the cache, written to it, and paid in full. */
  function ask(request: MessagesBody): [number, number, number] {
    const { usage, store } = cache.price(request);
    store();
    return [usage.cache_read_input_tokens, usage.cache_creation_input_tokens, usage.input_tokens];
  }

  it('writes a prefix up to its breakpoint, then reads it', () => {
    assert.deepEqual(ask(body([said('user', 'one')])), [0, SYSTEM_TOKENS, tokensOf('one')]);
    assert.deepEqual(ask(body([said('user', 'other')])), [SYSTEM_TOKENS, 0, tokensOf('other')]);
  });

  it('reads the longest prefix of a conversation that goes on, and writes the rest', () => {
    const first = [said('user', LONG, MARK)];
    const next = [said('user', LONG), said('assistant', 'Well.'), said('user', 'Go on.', MARK)];
    ask(body(first));
    const read = SYSTEM_TOKENS + tokensOf(LONG);
    assert.deepEqual(ask(body(next)), [read, tokensOf('Well.') + tokensOf('Go on.'), 0]);
  });

  it('ignores the block in which the CLI names the request for the bill', () => {
    const billed = (id: string): MessagesBody =>
      body([said('user', 'a')], {
        system: [block(`x-anthropic-billing-header: cc_prompt_id=${id};`), block(LONG, MARK)],
      });
    assert.deepEqual(ask(billed('1')), [0, SYSTEM_TOKENS, tokensOf('a')]);
    assert.deepEqual(ask(billed('2')), [SYSTEM_TOKENS, 0, tokensOf('a')]);
  });

  it('reads nothing behind a part that differs', () => {
    ask(body([said('user', LONG, MARK)]));
    const changed = body([said('user', `${LONG}!`, MARK)]);
    assert.deepEqual(ask(changed), [SYSTEM_TOKENS, tokensOf(`${LONG}!`), 0]);
    assert.equal(ask({ ...changed, system: [block(`now ${LONG}`, MARK)] })[0], 0);
    assert.equal(ask({ ...changed, model: 'claude-opus-5' })[0], 0);
  });

  it('keeps the system prompt but not the messages if thinking or tool_choice changes', () => {
    const messages = [said('user', LONG, MARK)];
    ask(body(messages));
    assert.equal(ask(body(messages, { thinking: { type: 'adaptive' } }))[0], SYSTEM_TOKENS);
    assert.equal(ask(body(messages, { tool_choice: { type: 'none' } }))[0], SYSTEM_TOKENS);
  });

  it('forgets an entry after 5 minutes without use, or after an hour with ttl 1h', () => {
    const hour = body([said('user', 'a')], { system: [block(`hour ${LONG}`, { ...MARK, ttl: '1h' })] });
    const usual = body([said('user', 'a')]);
    const reads = (): boolean[] =>
      [usual, hour].map((request) => cache.price(request).usage.cache_read_input_tokens > 0);
    ask(usual);
    ask(hour);
    for (const minutes of [4, 8]) {
      now = minutes * MINUTE;
      assert.deepEqual(reads(), [true, true], `${minutes} minutes`);
    }
    now = 14 * MINUTE;
    assert.deepEqual(reads(), [false, true]);
    now = 75 * MINUTE;
    assert.deepEqual(reads(), [false, false]);
  });

  it('does not cache fewer than 1,024 tokens', () => {
    const short = body([said('user', 'a')], { system: [block('Be brief.', MARK)] });
    const all = tokensOf('Be brief.') + tokensOf('a');
    assert.deepEqual(
      [ask(short), ask(short)],
      [
        [0, 0, all],
        [0, 0, all],
      ],
    );
  });

  it('shares nothing between requests before the first response begins', () => {
    const first = cache.price(body([said('user', 'a')]));
    assert.equal(cache.price(body([said('user', 'b')])).usage.cache_read_input_tokens, 0);
    first.store();
    assert.equal(cache.price(body([said('user', 'b')])).usage.cache_read_input_tokens, SYSTEM_TOKENS);
  });

  it('finds an entry at most 20 parts before a breakpoint', () => {
    const parts = (count: number) => Array.from({ length: count }, (_, at) => block(`part ${at}`));
    const request = (count: number): MessagesBody =>
      body([{ role: 'user', content: [block(LONG), ...parts(count), block('end', MARK)] }]);
    ask(body([said('user', LONG, MARK)]));
    assert.equal(cache.price(request(19)).usage.cache_read_input_tokens, SYSTEM_TOKENS + tokensOf(LONG));
    assert.equal(cache.price(request(20)).usage.cache_read_input_tokens, SYSTEM_TOKENS);
  });
});

describe('the stand-in counts tokens', () => {
  it('the same for the same text, and never splits a character', () => {
    assert.equal(textTokens('12345678'), 2);
    assert.equal(firstTokens('12345678', 1), '1234');
    assert.equal(firstTokens('123🚀5', 1), '123');
    assert.equal(firstTokens('short', 9), 'short');
  });

  it('of an image without its data', () => {
    const image = (data: string) => ({ type: 'image', source: { type: 'base64', data } });
    assert.equal(partTokens(image('A'.repeat(90_000))), partTokens(image('AAAA')));
  });
});

describe('the stand-in obeys the request', () => {
  async function answer(reply: Reply, fields: object) {
    const standIn = await startStandIn();
    standIn.reply(reply);
    const response = await fetch(`${standIn.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({ ...body([said('user', 'hi')]), ...fields }),
    });
    await standIn.close();
    return (await response.json()) as {
      readonly content: readonly { readonly text?: string }[];
      readonly stop_reason: string;
      readonly stop_sequence: string | null;
      readonly usage: PromptUsage & { readonly output_tokens: number };
    };
  }

  it('ends at max_tokens, with exactly that count', async () => {
    const { content, stop_reason, usage } = await answer(textReply(['12345', '6789abc']), { max_tokens: 2 });
    assert.deepEqual([content[0]?.text, stop_reason, usage.output_tokens], ['12345678', 'max_tokens', 2]);
  });

  it('cuts a tool call at max_tokens', async () => {
    const call = toolReply({ id: 'toolu_1', name: 'look', input: { at: LONG } });
    const { stop_reason, usage } = await answer(call, { max_tokens: 5 });
    assert.deepEqual([stop_reason, usage.output_tokens], ['max_tokens', 5]);
  });

  it('ends before the stop sequence that is complete first', async () => {
    const fields = { stop_sequences: ['two three', 'wo'] };
    const { content, ...rest } = await answer(textReply(['one t', 'wo three']), fields);
    assert.deepEqual(
      [content[0]?.text, rest.stop_reason, rest.stop_sequence],
      ['one t', 'stop_sequence', 'wo'],
    );
    assert.equal(rest.usage.output_tokens, textTokens('one t'));
  });

  it('ends as the model wants below the limits', async () => {
    const { stop_reason, usage } = await answer(textReply('12345'), { max_tokens: 2, stop_sequences: ['x'] });
    assert.deepEqual([stop_reason, usage.output_tokens], ['end_turn', 2]);
    assert.equal(usage.cache_creation_input_tokens, SYSTEM_TOKENS);
  });
});
