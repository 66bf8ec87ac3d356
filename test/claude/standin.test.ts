import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { devCli } from '../standin/devCli.js';
import { standInEnvironment } from '../standin/environment.js';
import type { StandInEnvironment } from '../standin/environment.js';
import { errorReply, messageReply, startStandIn, textOf, textReply } from '../standin/server.js';
import type { StandIn } from '../standin/server.js';

const ARGUMENTS = ['-p', 'hi', '--output-format', 'stream-json', '--verbose'];

interface Line {
  readonly type: string;
  readonly result?: string;
  readonly is_error?: boolean;
  readonly usage?: { readonly input_tokens: number; readonly cache_read_input_tokens: number };
  readonly message?: { readonly content: readonly { readonly type: string; readonly text?: string }[] };
}

describe('the real CLI against the stand-in Messages API', function () {
  this.timeout(60_000);
  let standIn: StandIn;
  let environment: StandInEnvironment;

  beforeEach(async () => {
    standIn = await startStandIn();
    environment = await standInEnvironment(standIn.url, { CLAUDE_CODE_MAX_RETRIES: '0' });
  });

  afterEach(async () => {
    await standIn.close({ lenient: true });
    await environment.dispose();
  });

  function run() {
    const promise = promisify(execFile)(devCli(), ARGUMENTS, {
      env: environment.env,
      cwd: environment.workspace,
    });
    promise.child.stdin?.end();
    return { child: promise.child, promise };
  }

  async function printedLines(): Promise<Line[]> {
    const { stdout } = await run().promise;
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  }

  it('receives the text, thinking and usage of the queued reply, and sends no unexpected request', async () => {
    const text = 'Hello,\n\n  world 👩‍🚀 — “quoted”\n';
    const thinking = { type: 'thinking', thinking: 'Let me see.', signature: 'c2lnbmF0dXJl' } as const;
    const usage = { input_tokens: 3, cache_read_input_tokens: 100 };
    standIn.reply(messageReply([thinking, { type: 'text', text }], { usage, pieceSize: 3 }));
    const printed = await printedLines();
    const result = printed.find((line) => line.type === 'result');
    assert.equal(result?.is_error, false);
    assert.equal(result.result?.trimEnd(), text.trimEnd());
    assert.equal(result.usage?.input_tokens, 3);
    assert.equal(result.usage.cache_read_input_tokens, 100);
    const blocks = printed.flatMap((line) =>
      line.type === 'assistant' ? (line.message?.content ?? []) : [],
    );
    assert.equal(blocks.find((block) => block.type === 'text')?.text, text);
    const request = await standIn.nextRequest();
    assert.match(textOf(request.body.messages.at(0)!), /hi/);
    assert.equal(await request.closed, 'answered');
    await standIn.close();
  });

  it('makes close() reject if a request had no reply', async () => {
    await assert.rejects(run().promise);
    await assert.rejects(standIn.close(), /request 1 has no reply queued/);
  });

  it('makes close() reject if replies were not used', async () => {
    standIn.reply(textReply('one'), textReply('two'));
    await printedLines();
    await assert.rejects(standIn.close(), /1 queued replies/);
  });

  it('receives errors with their status', async () => {
    standIn.reply(errorReply(401, 'invalid x-api-key'));
    await assert.rejects(run().promise, (error: Error & { stdout?: string }) => {
      assert.match(error.stdout ?? '', /"api_error_status":401/);
      return true;
    });
    assert.deepEqual(standIn.unexpected, []);
  });

  it('reaches it without ANTHROPIC_BASE_URL, too, as it reaches the API', async () => {
    const firstParty = await standInEnvironment(standIn.url, {}, 'firstParty');
    try {
      assert.equal(firstParty.env['ANTHROPIC_BASE_URL'], undefined);
      standIn.reply(textReply('Hello.'), textReply('Hello.'));
      await promisify(execFile)(devCli(), ARGUMENTS, { env: firstParty.env, cwd: firstParty.workspace });
      const direct = await standIn.nextRequest();
      assert.equal(direct.headers.host, 'api.anthropic.com');
      assert.equal(await direct.closed, 'answered');
      await printedLines();
      const viaBaseUrl = await standIn.nextRequest();
      // The reason why it matters: the CLI's requests differ.
      assert.notEqual(direct.headers['anthropic-beta'], viaBaseUrl.headers['anthropic-beta']);
      await standIn.close();
    } finally {
      await firstParty.dispose();
    }
  });

  it('has its stream paused at a gate, and can close it there', async () => {
    const never = new Promise<never>(() => undefined);
    standIn.reply(textReply(['Hel', never, 'lo']));
    const { child, promise } = run();
    const ended = promise.catch(() => undefined);
    const request = await standIn.nextRequest();
    child.kill('SIGTERM');
    assert.equal(await request.closed, 'client');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await ended;
    await standIn.close();
  });
});
