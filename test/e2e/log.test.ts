import assert from 'node:assert/strict';
import { errorReply, messageReply, textReply } from '../standin/server.js';
import { ask, chatOf, firstText, openChat } from '../support/httpClient.js';
import { createLatch } from '../support/latch.js';
import { startHeadless, type Headless } from '../support/headless.js';

const CANARIES = ['system', 'earlier', 'answered', 'argument', 'result', 'prompt', 'thought', 'answer'].map(
  (part) => `canary-${part}-5e1f`,
);
const [SYSTEM, EARLIER, ANSWERED, ARGUMENT, RESULT, PROMPT, THOUGHT, ANSWER] = CANARIES as [
  string,
  ...string[],
];
const API_KEY = 'sk-ant-api03-canary-key';
const TOOLS = [{ type: 'function', function: { name: 'look', description: SYSTEM, parameters: {} } }];

/** Sends a chat with a canary in everything that comes from the user or the model. */
async function chatWithCanaries({ url, standIn }: Headless): Promise<void> {
  const content = [
    { type: 'thinking', thinking: THOUGHT ?? '', signature: 'sig' },
    { type: 'text', text: ANSWER ?? '' },
    { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: ARGUMENT ?? '' } },
  ] as const;
  standIn.reply(messageReply(content, { usage: { output_tokens: 34 } }));
  const messages = [
    { role: 'system', content: SYSTEM },
    { role: 'user', content: EARLIER },
    {
      role: 'assistant',
      content: ANSWERED,
      tool_calls: [{ function: { name: 'look', arguments: { at: ARGUMENT } } }],
    },
    { role: 'tool', content: RESULT, tool_name: 'look' },
    { role: 'user', content: PROMPT },
  ];
  const stream = await openChat(url, { model: 'claude-sonnet', messages, tools: TOOLS });
  assert.equal((await stream.rest()).at(-1)?.done, true);
}

describe('the log', function () {
  this.timeout(120_000);
  let headless: Headless;

  describe('without --trace', () => {
    before(async () => {
      headless = await startHeadless({ env: { ANTHROPIC_API_KEY: API_KEY, CLAUDE_CODE_MAX_RETRIES: '1' } });
    });
    after(() => headless.stop());

    it('has a line per request: number, route, model, status, times, tokens and client', async () => {
      headless.standIn.reply(textReply('ok', { usage: { input_tokens: 12, output_tokens: 34 } }));
      const agent = { 'user-agent': 'ollama-js/0.6.4 (x64 linux Node.js/v20)' };
      await (await openChat(headless.url, chatOf('hi'), agent)).rest();
      assert.match(
        await headless.logged(/ollama-js/),
        /\[info\] #\d+ POST \/api\/chat claude-sonnet:latest 200 first \d+ ms, total \d+ ms, 12 tokens in, 34 tokens out(?:, [\d.]+ tokens\/s)? req_[0-9a-f]{24} \[ollama-js\/0\.6\.4 \(x64 linux Node\.js\/v20\)\]$/,
      );
      await ask(headless.url, { path: '/api/version?secret=1' });
      assert.match(
        await headless.logged(/api\/version/),
        /#\d+ GET \/api\/version 200 total \d+ ms req_[0-9a-f]{24}$/,
      );
      const numbers = headless.stderr.flatMap((line) => / #(\d+) /.exec(line)?.[1] ?? []).map(Number);
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => index + 1),
      );
    });

    it('distinguishes a disconnected client from a failed request, and says why it failed', async () => {
      headless.standIn.reply(textReply(['a', createLatch().opened]));
      const stream = await openChat(headless.url, chatOf('hi'));
      await firstText(stream);
      stream.disconnect();
      await headless.logged(/ POST \/api\/chat claude-sonnet:latest 499 first \d+ ms, total \d+ ms/);
      headless.standIn.reply(errorReply(400, 'some field is wrong'));
      assert.equal((await ask(headless.url, { path: '/api/chat', body: chatOf('hi') })).status, 400);
      await headless.logged(
        / POST \/api\/chat claude-sonnet:latest 400 total .* error: .*some field is wrong/,
      );
    });

    it('contains no text of a conversation and no secret', async () => {
      await chatWithCanaries(headless);
      await headless.logged(/34 tokens out(?:, [\d.]+ tokens\/s)? req_[0-9a-f]{24}$/);
      assert.equal((await ask(headless.url, { path: '/api/chat', body: `{"model":"${PROMPT}` })).status, 400);
      await headless.logged(/POST \/api\/chat 400/);
      const log = headless.stderr.join('\n');
      assert.deepEqual(
        [...CANARIES, API_KEY].filter((canary) => log.includes(canary)),
        [],
      );
    });
  });

  describe('with --trace', () => {
    before(async () => {
      headless = await startHeadless({ args: ['--trace'], env: { ANTHROPIC_API_KEY: API_KEY } });
    });
    after(() => headless.stop());

    it('contains the text of the client, but no secret', async () => {
      await chatWithCanaries(headless);
      const traced = await headless.logged(/\[trace\] #\d+ .*"messages"/);
      for (const canary of [SYSTEM, EARLIER, RESULT, PROMPT])
        assert.ok(traced.includes(canary ?? ''), canary);
      await headless.logged(/\[debug\] \[cli\] pid=\d+ started/);
      assert.ok(!headless.stderr.join('\n').includes(API_KEY));
    });
  });
});
