/** Prompts of any size, and with what is no character: nothing of them is on a command line, and all of them arrives. */
import assert from 'node:assert/strict';
import { ask as send, type Reply } from '../support/httpClient.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { childrenIn, HAS_PROCESS_TABLE, launchOf } from '../support/processTable.js';
import { systemOf, textOf, textReply, type StandInRequest } from '../standin/server.js';

const MARKER = 'marker-of-a-prompt-5f1c ';
const LARGEST = 5_000_000;
const SIZES = [10, 1000, 150_000, LARGEST];
const LONE = [
  '\ud83d',
  '\ude00',
  'a\ud83db',
  '\ude00\ud83d',
  '\ud83d\ud83d\ude00',
  '\ud800\n/clear',
  '@\udfff',
];

describe('prompts at the bounds', function () {
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

  it('with halves of surrogate pairs reach the model as valid text, everything else as it was', async () => {
    for (const text of LONE) {
      const before = requests.length;
      const said = `[${text}]`;
      const { status, body } = await ask([
        { role: 'system', content: said },
        { role: 'user', content: said },
        { role: 'assistant', content: said },
        { role: 'user', content: said },
      ]);
      assert.equal(status, 200, body);
      assert.equal(requests.length, before + 1);
      const { body: arrived, raw } = lastRequest();
      const whole = Buffer.from(said).toString('utf8');
      assert.ok(whole.includes('\ufffd'));
      const words = arrived.messages.filter(({ role }) => role !== 'system').map(textOf);
      assert.deepEqual(words, [whole, whole, whole], JSON.stringify(text));
      assert.ok(systemOf(arrived).includes(whole));
      // Nor as escapes, which are valid bytes and no valid text.
      assert.doesNotMatch(raw.replaceAll('\\\\', ''), /\\ud[89a-f]/i);
    }
  });

  it('of any size leave the command line as it is', async function () {
    if (!HAS_PROCESS_TABLE) this.skip();
    const { environment, pid } = headless;
    const seen = { commands: new Set<string>(), environments: 0, marked: 0 };
    const look = (): void => {
      for (const child of childrenIn(environment.workspace, pid)) {
        const launch = launchOf(child);
        if (launch === undefined) continue;
        seen.commands.add(launch.command);
        seen.environments++;
        if ((launch.command + launch.environment).includes(MARKER)) seen.marked++;
      }
    };
    const watch = setInterval(look, 10);
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
        look();
        // The CLI itself refuses what no model could read.
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
    assert.equal(seen.commands.size, 1, [...seen.commands].join('\n'));
    assert.ok(seen.environments > 0);
    assert.equal(seen.marked, 0);
  });
});
