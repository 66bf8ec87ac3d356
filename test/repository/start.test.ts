import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { standInEnvironment } from '../standin/environment.js';
import type { StandInEnvironment } from '../standin/environment.js';
import { startStandIn, textReply } from '../standin/server.js';
import { root } from './repository.js';

const LISTENING = /^Ollama Server for Claude is listening on (http:\/\/127\.0\.0\.1:\d+)\r?\n/;

interface Program {
  readonly stdout: string;
  readonly stderr: string;
  /** @throws AssertionError when the program ends before it listens */
  url(): Promise<string>;
  /** Its exit code, after a signal. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/** What `npm start -- --port 0` runs, in a folder of its own. */
function start(place: StandInEnvironment, env: NodeJS.ProcessEnv): Program {
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), '--port', '0'], {
    cwd: place.workspace,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return {
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    async url() {
      for (;;) {
        const found = LISTENING.exec(stdout)?.[1];
        if (found !== undefined) return found;
        const heard = once(child.stdout, 'data').then(() => true);
        const alive = await Promise.race([heard, once(child, 'close').then(() => false)]);
        if (!alive) assert.fail(`npm start ended early:\n${stdout}${stderr}`);
      }
    },
    async stop(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill(signal);
      const [code] = (await once(child, 'close')) as [number | null];
      return code;
    },
  };
}

async function ask(url: string, question: string): Promise<string> {
  const response = await fetch(`${url}/api/chat`, {
    method: 'POST',
    body: JSON.stringify({
      model: 'claude-sonnet',
      stream: false,
      messages: [{ role: 'user', content: question }],
    }),
  });
  const body = (await response.json()) as { message?: { content: string } };
  assert.equal(response.status, 200, JSON.stringify(body));
  return body.message?.content ?? '';
}

describe('npm start without a signed-in CLI', function () {
  this.timeout(120_000);
  let place: StandInEnvironment;
  let temporary: string;
  let program: Program;

  before(async () => {
    place = await standInEnvironment('http://127.0.0.1:9');
    temporary = join(place.root, 'temporary');
    await mkdir(temporary);
    const env: NodeJS.ProcessEnv = { ...place.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
    delete env['ANTHROPIC_API_KEY'];
    delete env['ANTHROPIC_BASE_URL'];
    program = start(place, env);
  });

  after(async () => {
    await program.stop('SIGKILL');
    await place.dispose();
  });

  it('says that the answers are canned, and serves them through the real CLI', async () => {
    const url = await program.url();
    assert.match(program.stderr, /not signed in[^]*THE ANSWERS ARE CANNED[^]*claude auth login/);
    assert.match(await ask(url, 'Good morning'), /canned answer[^]*Good morning/);
  });

  it('ends on a signal (which Windows has not), with no port held and no file left', async function () {
    if (process.platform === 'win32') this.skip();
    const url = await program.url();
    assert.equal(await program.stop('SIGTERM'), 0, program.stderr);
    await assert.rejects(fetch(`${url}/api/version`));
    const left = (await readdir(temporary)).filter((name) => name.startsWith('claude-standin-'));
    assert.deepEqual(left, []);
  });
});

describe('npm start with a signed-in CLI', function () {
  this.timeout(120_000);

  it('passes its environment on and shows no banner', async () => {
    const standIn = await startStandIn();
    const place = await standInEnvironment(standIn.url);
    const program = start(place, place.env);
    try {
      standIn.reply(textReply('from the API of the environment'));
      assert.equal(await ask(await program.url(), 'hi'), 'from the API of the environment');
      assert.doesNotMatch(program.stderr, /canned/i);
      await standIn.close();
    } finally {
      await program.stop('SIGTERM');
      await standIn.close({ lenient: true });
      await place.dispose();
    }
  });
});
