/** The words, status and remedy of each cause of a failed request, with the real CLI. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChatError, ErrorKind } from '../../src/core/errors.js';
import { anthropicDialect } from '../../src/protocol/anthropic/errors.js';
import type { Dialect } from '../../src/protocol/dialect.js';
import { ollamaDialect } from '../../src/protocol/ollama/errors.js';
import { openaiDialect } from '../../src/protocol/openai/errors.js';
import { errorReply, pageReply, textReply, type Reply } from '../standin/server.js';
import { answerOf, never, request, startCliRig, user, type CliRig } from '../support/cliRig.js';

const KEY = 'sk-gateway-4f2a9c8e7b1d';
/** Other credentials than the API key of the stand-in's environment. */
const NO_KEY = { ANTHROPIC_API_KEY: '' };
const PAGE = '<html><head><title>Blocked by Contoso Guard</title></head><body>Ask IT.</body></html>';

interface Case {
  readonly what: string;
  readonly reply: Reply;
  readonly kind: ErrorKind;
  /** In the order Ollama, OpenAI, Anthropic. */
  readonly statuses: readonly [number, number, number];
  readonly words: readonly RegExp[];
  readonly absent?: readonly RegExp[];
  readonly env?: Readonly<Record<string, string>>;
  /** The user's settings of Claude. */
  readonly settings?: object;
  /** Bounds of `Retry-After` in seconds; without it there is none. */
  readonly retryAfter?: readonly [number, number];
}

const CASES: readonly Case[] = [
  {
    what: 'a wrong ANTHROPIC_API_KEY',
    reply: errorReply(401, 'invalid x-api-key'),
    kind: 'keyRejected',
    statuses: [503, 401, 401],
    words: [/rejects the value of ANTHROPIC_API_KEY/, /Correct ANTHROPIC_API_KEY .* or remove it/],
    absent: [/auth login/],
  },
  {
    what: 'a wrong ANTHROPIC_AUTH_TOKEN',
    reply: errorReply(401, 'unknown token'),
    env: { ...NO_KEY, ANTHROPIC_AUTH_TOKEN: 'gateway-token-1' },
    kind: 'keyRejected',
    statuses: [503, 401, 401],
    words: [/rejects the value of ANTHROPIC_AUTH_TOKEN/, /remove it/],
  },
  {
    what: 'an API key without the permission',
    reply: errorReply(403, 'Your key may not use this workspace'),
    kind: 'forbidden',
    statuses: [403, 403, 403],
    words: [
      /does not allow this request with the value of ANTHROPIC_API_KEY/,
      /Your key may not use this workspace/,
      /Choose a model .* or ask an administrator/,
    ],
    absent: [/rejects|authenticate|Correct/],
  },
  {
    what: 'a token that may not use the model',
    reply: errorReply(403, 'No access to this model.'),
    env: { ...NO_KEY, CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-limited' },
    kind: 'forbidden',
    statuses: [403, 403, 403],
    words: [
      /does not allow this request with the value of CLAUDE_CODE_OAUTH_TOKEN: .*No access to this model/,
    ],
    absent: [/rejects|signed in/],
  },
  {
    what: 'a token that was revoked',
    reply: errorReply(403, 'OAuth token has been revoked.'),
    env: { ...NO_KEY, CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-revoked' },
    kind: 'keyRejected',
    statuses: [503, 401, 401],
    words: [/rejects the value of CLAUDE_CODE_OAUTH_TOKEN/, /revoked/, /Correct CLAUDE_CODE_OAUTH_TOKEN/],
  },
  {
    what: 'an apiKeyHelper that fails',
    reply: errorReply(401, 'x-api-key header is required'),
    env: NO_KEY,
    settings: { apiKeyHelper: 'echo vault is sealed >&2; exit 3' },
    kind: 'keyRejected',
    statuses: [503, 401, 401],
    words: [
      /apiKeyHelper script is failing/,
      /exited 3: vault is sealed/,
      /Correct the command in "apiKeyHelper"/,
    ],
    absent: [/not signed in/],
  },
  {
    what: 'an apiKeyHelper that returns a wrong key',
    reply: errorReply(401, 'invalid x-api-key'),
    env: NO_KEY,
    settings: { apiKeyHelper: 'echo sk-expired' },
    kind: 'keyRejected',
    statuses: [503, 401, 401],
    words: [/rejects the key that "apiKeyHelper" in the settings of Claude returns/],
  },
  {
    what: 'a disabled organization',
    reply: errorReply(400, 'This organization has been disabled.'),
    kind: 'keyRejected',
    statuses: [503, 401, 401],
    words: [/ANTHROPIC_API_KEY belongs to a disabled organization/],
  },
  {
    what: 'a page of a firewall with 403',
    reply: pageReply(403, PAGE),
    kind: 'unreachable',
    statuses: [502, 424, 424],
    words: [/403 Blocked by Contoso Guard/, /check the proxy, the firewall and the gateway/],
    absent: [/authenticate|signed in|rejects/],
  },
  {
    what: 'a page of a portal with 200',
    reply: pageReply(200, PAGE),
    kind: 'unreachable',
    statuses: [502, 424, 424],
    words: [/empty or malformed response/, /check the proxy, the firewall and the gateway/],
  },
  {
    what: 'a proxy that asks for a password',
    reply: pageReply(407, '<title>Proxy Authentication Required</title>'),
    kind: 'unreachable',
    statuses: [502, 424, 424],
    words: [/407 Proxy Authentication Required/, /HTTPS_PROXY/],
  },
  {
    what: 'an address that is not an API',
    reply: pageReply(404, '<title>nginx</title>'),
    kind: 'unknownModel',
    statuses: [404, 404, 404],
    words: [/model/, /ANTHROPIC_BASE_URL/],
  },
  {
    what: 'a proxy that limits the size',
    reply: pageReply(413, '<title>Entity Too Large</title>'),
    kind: 'tooLarge',
    statuses: [413, 413, 413],
    words: [/too large/i, /proxy/],
  },
  {
    what: 'a problem with the payment',
    reply: { ...errorReply(402, 'The last invoice is overdue.'), type: 'billing_error' },
    kind: 'paymentRequired',
    statuses: [402, 402, 402],
    words: [/The last invoice is overdue/, /Check the plan, the credit and the payment/],
  },
  {
    what: 'an account without credit',
    reply: errorReply(400, 'Your credit balance is too low to access the Anthropic API.'),
    kind: 'paymentRequired',
    statuses: [402, 402, 402],
    words: [/Credit balance is too low/, /credit/],
  },
  {
    what: 'an image that cannot be read',
    reply: errorReply(400, 'messages.0.content.0.image.source.base64.data: Could not process image'),
    kind: 'badRequest',
    statuses: [400, 400, 400],
    words: [/cannot process an image/, /PNG, JPEG, GIF or WebP/],
    absent: [/Re-read/],
  },
  {
    what: 'an image that is too large',
    reply: errorReply(400, 'image exceeds 5 MB maximum: 7000000 bytes > 5242880 bytes'),
    kind: 'tooLarge',
    statuses: [413, 413, 413],
    words: [/too large/],
  },
  {
    what: 'a document that cannot be read',
    reply: errorReply(400, 'messages.0.content.0.pdf.source.base64.data: The PDF specified was not valid.'),
    kind: 'badRequest',
    statuses: [400, 400, 400],
    words: [/PDF file was not valid/],
  },
  {
    what: 'an error that repeats the key',
    reply: errorReply(403, `Key ${KEY} is blocked. API key provided: 7788-abcd-blocked`),
    env: { ANTHROPIC_API_KEY: KEY },
    kind: 'forbidden',
    statuses: [403, 403, 403],
    words: [/Key \[redacted\] is blocked/],
    absent: [/4f2a9c8e7b1d/, /7788-abcd/],
  },
  {
    what: 'a limit that the CLI does not wait for',
    reply: errorReply(429, 'Ten per hour.', { 'retry-after': '1800' }),
    kind: 'rateLimited',
    statuses: [429, 429, 429],
    words: [/Ten per hour/],
    retryAfter: [60, 1800],
  },
  {
    what: 'a limit after all retries',
    reply: errorReply(429, 'Ten per second.', { 'retry-after': '2' }),
    env: { CLAUDE_CODE_MAX_RETRIES: '1' },
    kind: 'rateLimited',
    statuses: [429, 429, 429],
    words: [/Ten per second/],
    retryAfter: [2, 3],
  },
  ...([500, 502, 503, 504, 529] as const).map((status): Case => {
    return {
      what: `a ${status} that asks to wait`,
      reply: errorReply(status, 'later', { 'retry-after': '40' }),
      kind: 'overloaded',
      statuses: [503, 503, 529],
      words: [new RegExp(`status ${status}.*Try again in \\d+ seconds`)],
      retryAfter: [40, 60],
    };
  }),
];

const DIALECTS: readonly (readonly [string, Dialect])[] = [
  ['Ollama', ollamaDialect],
  ['OpenAI', openaiDialect],
  ['Anthropic', anthropicDialect],
];

describe('the cause of a failed request', function () {
  this.timeout(120_000);
  let rig: CliRig;

  afterEach(() => rig.close({ lenient: true }));

  async function failureOf(): Promise<ChatError> {
    try {
      await answerOf(rig.backend.chat(request([user('hi')]), never()));
    } catch (error) {
      return error as ChatError;
    }
    throw new Error('it did not fail');
  }

  for (const { what, reply, kind, statuses, words, absent = [], env = {}, settings, retryAfter } of CASES) {
    it(`is named, with the status of each API: ${what}`, async () => {
      rig = await startCliRig({ env });
      const { env: variables } = rig.environment;
      if (settings !== undefined) {
        const file = join(variables['CLAUDE_CONFIG_DIR'] ?? '', 'settings.json');
        await writeFile(file, JSON.stringify(settings));
      }
      rig.standIn.reply(reply);
      const error = await failureOf();
      assert.equal(error.kind, kind, error.message);
      for (const pattern of words) assert.match(error.message, pattern);
      for (const pattern of absent) assert.doesNotMatch(error.message, pattern);
      for (const [at, [name, dialect]] of DIALECTS.entries()) {
        const answer = dialect.error(error, 'req_1');
        assert.equal(answer.status, statuses[at], name);
        assert.ok(answer.body.includes(JSON.stringify(error.message).slice(1, -1)), answer.body);
        const { retryAfterSeconds } = answer;
        if (retryAfter === undefined) assert.equal(retryAfterSeconds, undefined, name);
        else {
          const [least, most] = retryAfter;
          assert.ok(
            retryAfterSeconds! >= least && retryAfterSeconds! <= most,
            `${name} ${retryAfterSeconds}`,
          );
        }
      }
    });
  }

  it('is known at once, with one request, when the API asks to wait longer than a few seconds', async () => {
    rig = await startCliRig();
    rig.standIn.reply(errorReply(503, 'maintenance', { 'retry-after': '30' }));
    const retries: number[] = [];
    const observer = {
      requestSent: () => undefined,
      permissionDecided: () => undefined,
      answering: () => undefined,
      retrying: (delayMs: number) => void retries.push(delayMs),
    };
    await assert.rejects(answerOf(rig.backend.chat(request([user('hi')]), never(), observer)), {
      kind: 'overloaded',
    });
    assert.equal(rig.standIn.requests.length, 1);
    assert.deepEqual(retries, []);
  });

  it('is not reported when a short wait helps', async () => {
    rig = await startCliRig();
    rig.standIn.reply({ ...errorReply(529, 'Overloaded', { 'retry-after': '1' }), repeat: false });
    rig.standIn.reply(textReply('fine'));
    assert.equal((await answerOf(rig.backend.chat(request([user('hi')]), never()))).text, 'fine');
  });
});
