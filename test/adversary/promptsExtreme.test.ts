/** Very large prompts and invalid Unicode: complete at the model, and never on a command line. */
import assert from 'node:assert/strict';
import { ask as send, type Reply } from '../support/httpClient.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { childrenIn, HAS_PROCESS_TABLE, launchOf } from '../support/processTable.js';
import { systemOf, textOf, textReply, type StandInRequest } from '../standin/server.js';

const MARKER = 'marker-of-a-prompt-5f1c ';
const LARGEST = 5_000_000;
const SIZES = [10, 1000, 150_000, LARGEST];
const LONE_SURROGATES = [
  '\ud83d',
  '\ude00',
  'a\ud83db',
  '\ude00\ud83d',
  '\ud83d\ud83d\ude00',
  '\ud800\n/clear',
  '@\udfff',
];

describe('extreme prompts', function () {
  this.timeout(120_000);
  let headless: Headless;
  const requests: StandInRequest[] = [];

  before(async () => {
    headless = await startHeadless({
      respond(request) {
        requests.push(request);
        return textReply('ok');
      },
    });
  });
  after(() => headless.stop());

  function ask(messages: readonly object[]): Promise<Reply> {
    return send(headless.url, { path: '/api/chat', body: { model: 'sonnet', messages, stream: false } });
  }

  function lastRequest(): StandInRequest {
    const request = requests.at(-1);
    assert.ok(request);
    return request;
  }

  it('reach the model as valid text if they have lone surrogates', async () => {
    for (const text of LONE_SURROGATES) {
      const before = requests.length;
      const prompt = `[${text}]`;
      const { status, body } = await ask([
        { role: 'system', content: prompt },
        { role: 'user', content: prompt },
        { role: 'assistant', content: prompt },
        { role: 'user', content: prompt },
      ]);
      assert.equal(status, 200, body);
      assert.equal(requests.length, before + 1);
      const { body: arrived, raw } = lastRequest();
      const valid = Buffer.from(prompt).toString('utf8');
      assert.ok(valid.includes('\ufffd'));
      const texts = arrived.messages.filter(({ role }) => role !== 'system').map(textOf);
      assert.deepEqual(texts, [valid, valid, valid], JSON.stringify(text));
      assert.ok(systemOf(arrived).includes(valid));
      // Also not as JSON escapes: these are valid bytes but decode to invalid text.
      assert.doesNotMatch(raw.replaceAll('\\\\', ''), /\\ud[89a-f]/i);
    }
  });

  it('do not appear on the command line or in the environment, whatever their size', async function () {
    if (!HAS_PROCESS_TABLE) this.skip();
    const { environment, pid } = headless;
    const observed = { commands: new Set<string>(), environments: 0, marked: 0 };
    const inspect = (): void => {
      for (const child of childrenIn(environment.workspace, pid)) {
        const launch = launchOf(child);
        if (launch === undefined) continue;
        observed.commands.add(launch.command);
        observed.environments++;
        if ((launch.command + launch.environment).includes(MARKER)) observed.marked++;
      }
    };
    const watch = setInterval(inspect, 10);
    try {
      for (const size of SIZES) {
        const text = MARKER.repeat(Math.ceil(size / MARKER.length));
        const before = requests.length;
        const [prompt, system] = await Promise.all([
          ask([{ role: 'user', content: text }]),
          ask([
            { role: 'system', content: text },
            { role: 'user', content: 'hi' },
          ]),
        ]);
        inspect();
        // The CLI refuses a prompt that is longer than any model's context.
        if (prompt.status !== 200)
          assert.deepEqual([size, prompt.body], [LARGEST, '{"error":"Prompt is too long"}']);
        assert.equal(system.status, 200, system.body);
        const arrived = requests.slice(before);
        assert.ok(arrived.some(({ body }) => systemOf(body).includes(text)));
        const asked = arrived.some(({ body }) => body.messages.some((message) => textOf(message) === text));
        assert.equal(asked, prompt.status === 200);
      }
    } finally {
      clearInterval(watch);
    }
    assert.equal(observed.commands.size, 1, [...observed.commands].join('\n'));
    assert.ok(observed.environments > 0);
    assert.equal(observed.marked, 0);
  });
});
