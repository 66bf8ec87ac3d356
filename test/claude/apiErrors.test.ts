import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChatRequest } from '../../src/core/chat.js';
import type { ChatError, ErrorKind } from '../../src/core/errors.js';
import {
  errorReply,
  messageReply,
  planLimitReply,
  textReply,
  type Block,
  type Reply,
} from '../standin/server.js';
import {
  answerOf,
  assistant,
  never,
  request,
  startCliRig,
  user,
  type Answer,
  type CliRig,
  type CliRigOptions,
} from '../support/cliRig.js';

const HI = request([user('hi')]);
/** Keeps the CLI's own retries short. */
const ONE_RETRY = { CLAUDE_CODE_MAX_RETRIES: '1' };

describe('an error of the API', function () {
  this.timeout(120_000);
  let rig: CliRig;

  async function start(options: CliRigOptions = {}): Promise<void> {
    rig = await startCliRig({ ...options, env: { ...ONE_RETRY, ...options.env } });
  }
  afterEach(async () => {
    await rig.close({ lenient: true });
  });

  async function fails(kind: ErrorKind, message: RegExp): Promise<ChatError> {
    let thrown: unknown;
    try {
      await answerOf(rig.backend.chat(HI, never()));
    } catch (error) {
      thrown = error;
    }
    assert.ok(thrown instanceof Error, 'it did not fail');
    const error = thrown as ChatError;
    assert.equal(error.kind, kind, error.message);
    assert.match(error.message, message);
    return error;
  }

  const table: readonly (readonly [string, Reply, ErrorKind, RegExp])[] = [
    ['400', errorReply(400, 'some field is wrong'), 'badRequest', /some field is wrong/],
    [
      'a prompt that is too long',
      errorReply(400, 'prompt is too long: 300000 tokens > 200000 maximum'),
      'contextTooLong',
      /too long/i,
    ],
    ['401', errorReply(401, 'invalid x-api-key'), 'keyRejected', /ANTHROPIC_API_KEY/],
    ['403', errorReply(403, 'revoked'), 'keyRejected', /revoked/],
    ['404', errorReply(404, 'model: nope'), 'unknownModel', /model/],
    ['413', errorReply(413, 'too large'), 'tooLarge', /too large/i],
    ['429', errorReply(429, 'slow down'), 'rateLimited', /slow down/],
    ['500', errorReply(500, 'broken'), 'overloaded', /broken/],
    ['529', errorReply(529, 'Overloaded'), 'overloaded', /Overloaded/],
  ];
  for (const [name, reply, kind, message] of table) {
    it(`is reported as ${kind} (${name})`, async () => {
      await start();
      rig.standIn.reply(reply);
      await fails(kind, message);
    });
  }

  it('with a long Retry-After is reported immediately', async () => {
    await start({ env: { CLAUDE_CODE_MAX_RETRIES: '4' } });
    rig.standIn.reply(errorReply(429, 'slow down', { 'retry-after': '30' }));
    const { retryAfterSeconds } = await fails('rateLimited', /Try again in \d+ seconds/);
    assert.ok((retryAfterSeconds ?? 0) >= 30);
    assert.equal(rig.standIn.requests.length, 1);
  });

  it('for a plan without remaining usage says when the plan resets', async () => {
    await start({ env: { ANTHROPIC_API_KEY: '', CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-dummy' } });
    rig.standIn.reply(planLimitReply(Math.floor(Date.now() / 1000) + 3600));
    const { retryAfterSeconds = 0 } = await fails('rateLimited', /hit your limit/);
    assert.ok(retryAfterSeconds > 3500 && retryAfterSeconds <= 3600, String(retryAfterSeconds));
  });

  it('for rejected credentials of a sign-in says how to sign in again', async () => {
    const revoked = { ANTHROPIC_API_KEY: '', CLAUDE_CODE_OAUTH_TOKEN: '' };
    await start({ env: revoked });
    const file = join(rig.environment.env['CLAUDE_CONFIG_DIR'] ?? '', '.credentials.json');
    const scopes = ['user:inference', 'user:profile'];
    const claudeAiOauth = { accessToken: 'sk-ant-oat01-revoked', expiresAt: Date.now() + 3_600_000, scopes };
    await writeFile(file, JSON.stringify({ claudeAiOauth }));
    rig.standIn.reply(errorReply(401, 'OAuth token has been revoked.'));
    await fails('notSignedIn', /rejects Claude's credentials.*Run "claude auth login"/);
  });

  it('for missing credentials says how to sign in, without a request', async () => {
    await start({ env: { ANTHROPIC_API_KEY: '' } });
    assert.equal((await rig.backend.describe()).signedIn, false);
    await fails('notSignedIn', /not signed in.*Run "claude auth login"/);
    assert.equal(rig.standIn.requests.length, 0);
  });

  it('for a refused connection is reported as unreachable', async () => {
    await start({ env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' } });
    await fails('unreachable', /connect|refused/i);
  });

  describe('during an answer', () => {
    /**
     * The connection breaks after the blocks `complete` and the text `partial`, when the client has received both; the next
     * attempt answers `retried`.
     * @returns the text that the client received
     */
    async function afterLostConnection(
      partial: string,
      retried: string,
      complete: readonly Block[] = [],
    ): Promise<string> {
      await start();
      let release = (): void => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      const content: Block[] = [...complete, { type: 'text', text: [partial, gate] }];
      // As long as a real API takes: the CLI needs some milliseconds to be kept from resuming the answer.
      rig.standIn.reply({ kind: 'disconnect', content, delayMs: 200 }, textReply(retried));
      let text = '';
      for await (const event of rig.backend.chat(HI, never())) {
        if (event.type === 'text') text += event.text;
        if (text.endsWith(partial)) release();
      }
      return text;
    }

    it('continues the answer where it was interrupted', async () => {
      assert.equal(await afterLostConnection('Hello wor', 'Hello world'), 'Hello world');
    });

    it('continues the answer after its thinking', async () => {
      const thought: Block = { type: 'thinking', thinking: 'Hm.', signature: 'signed' };
      assert.equal(await afterLostConnection('Hello wor', 'Hello world', [thought]), 'Hello world');
    });

    it('continues the answer after a complete block, and requests all of it again', async () => {
      const block: Block = { type: 'text', text: 'A first part. ' };
      assert.equal(
        await afterLostConnection('And a sec', 'A first part. And a second.', [block]),
        'A first part. And a second.',
      );
      const [first, second] = rig.standIn.requests.map(({ body }) => body);
      assert.deepEqual(second?.messages, first?.messages);
    });

    it('is followed by a turn without the CLI’s message to continue', async () => {
      const answered = await afterLostConnection('And a sec', 'A first part. And a second.', [
        { type: 'text', text: 'A first part. ' },
      ]);
      rig.standIn.reply(textReply('third'));
      const next = request([user('hi'), assistant(answered), user('more')]);
      assert.equal((await answerOf(rig.backend.chat(next, never()))).text, 'third');
      const { messages } = rig.standIn.requests.at(-1)!.body;
      assert.doesNotMatch(JSON.stringify(messages), /cut off/);
      assert.match(JSON.stringify(messages), /A first part\. And a second\./);
    });

    it('fails if the retried answer differs', async () => {
      await assert.rejects(afterLostConnection('Hello wor', 'Howdy'), {
        kind: 'cliFailed',
        message: /differs from what was already sent/,
      });
    });

    it('fails if the retried answer is shorter', async () => {
      await assert.rejects(afterLostConnection('Hello wor', 'Hello'), { kind: 'cliFailed' });
    });

    describe('that the client gets as a whole', () => {
      const thought = (thinking: string): Block => ({ type: 'thinking', thinking, signature: 'signed' });
      /** The answer after the one that breaks when its text has arrived. */
      const AGAIN = messageReply([thought('Well.'), { type: 'text', text: 'Howdy' }], {
        usage: { input_tokens: 20, output_tokens: 7 },
      });
      const SHOWN = request([user('hi')], { buffered: true, thinking: { show: true } });

      async function answered(
        asked: ChatRequest,
        broken: (text: readonly (string | Promise<void>)[]) => Reply,
      ): Promise<Answer> {
        await start();
        let release = (): void => undefined;
        const gate = new Promise<void>((resolve) => (release = resolve));
        rig.standIn.reply(broken(['Hello wor', gate]), AGAIN);
        const observer = {
          requestSent: () => undefined,
          retrying: () => undefined,
          permissionDecided: () => undefined,
          answering: (content: string) => {
            if (content === 'answer') release();
          },
        };
        return answerOf(rig.backend.chat(asked, never(), observer));
      }

      for (const [what, broken] of [
        [
          'a broken connection',
          (content: readonly Block[]): Reply => ({ kind: 'disconnect', content, delayMs: 200 }),
        ],
        [
          'an error of the API',
          (content: readonly Block[]): Reply => ({
            kind: 'midStreamError',
            content,
            type: 'overloaded_error',
            message: 'Overloaded',
            delayMs: 200,
          }),
        ],
      ] as const) {
        for (const [where, complete] of [
          ['in its first text', []],
          ['after thinking', [thought('Hm.')]],
          ['after a complete block', [{ type: 'text', text: 'A first part. ' }]],
        ] as const) {
          it(`is replaced by the next answer after ${what} ${where}`, async () => {
            const answer = await answered(SHOWN, (text) => broken([...complete, { type: 'text', text }]));
            assert.deepEqual([answer.thinking, answer.text, answer.done.reason], ['Well.', 'Howdy', 'stop']);
            const { promptTokens, outputTokens } = answer.done.usage;
            assert.deepEqual([promptTokens, outputTokens], [20, 7]);
            assert.equal(rig.standIn.requests.length, 2);
          });
        }
      }

      it('is continued with what the client has, not with the answer that broke', async () => {
        await answered(SHOWN, (text) => ({
          kind: 'disconnect',
          content: [{ type: 'text', text }],
          delayMs: 200,
        }));
        rig.standIn.reply(textReply('third'));
        const next = request([user('hi'), assistant('Howdy'), user('more')], { buffered: true });
        assert.equal((await answerOf(rig.backend.chat(next, never()))).text, 'third');
        const messages = JSON.stringify(rig.standIn.requests.at(-1)!.body.messages);
        assert.match(messages, /Howdy/);
        assert.doesNotMatch(messages, /Hello wor|cut off/);
      });
    });

    it('completes the answer once if the CLI retries without streaming', async () => {
      await start();
      let release = (): void => undefined;
      const gate = new Promise<void>((resolve) => (release = resolve));
      rig.standIn.reply(
        {
          kind: 'midStreamError',
          content: [{ type: 'text', text: ['Hello wor', gate] }],
          type: 'overloaded_error',
          message: 'Overloaded',
        },
        textReply('Hello world'),
      );
      let text = '';
      for await (const event of rig.backend.chat(HI, never())) {
        if (event.type === 'text') text += event.text;
        release();
      }
      assert.equal(text, 'Hello world');
    });
  });
});
