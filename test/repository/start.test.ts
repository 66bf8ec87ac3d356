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
  /** Waits for the server's URL. Rejects when the program ends before it listens. */
  url(): Promise<string>;
  /** Sends a signal and returns the exit code. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/** Runs what `npm start -- --port 0` runs, in the workspace of the environment. */
function start(environment: StandInEnvironment, env: NodeJS.ProcessEnv): Program {
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), '--port', '0'], {
    cwd: environment.workspace,
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
        const output = once(child.stdout, 'data').then(() => true);
        const isRunning = await Promise.race([output, once(child, 'close').then(() => false)]);
        if (!isRunning) assert.fail(`npm start ended early:\n${stdout}${stderr}`);
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

async function chat(url: string, content: string): Promise<string> {
  const response = await fetch(`${url}/api/chat`, {
    method: 'POST',
    body: JSON.stringify({
      model: 'claude-sonnet',
      stream: false,
      messages: [{ role: 'user', content }],
    }),
  });
  const body = (await response.json()) as { message?: { content: string } };
  assert.equal(response.status, 200, JSON.stringify(body));
  return body.message?.content ?? '';
}

describe('npm start without a signed-in CLI', function () {
  this.timeout(120_000);
  let environment: StandInEnvironment;
  let temporary: string;
  let program: Program;

  before(async () => {
    environment = await standInEnvironment('http://127.0.0.1:9');
    temporary = join(environment.root, 'temporary');
    await mkdir(temporary);
    const env: NodeJS.ProcessEnv = { ...environment.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
    delete env['ANTHROPIC_API_KEY'];
    delete env['ANTHROPIC_BASE_URL'];
    program = start(environment, env);
  });

  after(async () => {
    await program.stop('SIGKILL');
    await environment.dispose();
  });

  it('says that the answers are canned, and serves them through the real CLI', async () => {
    const url = await program.url();
    assert.match(program.stderr, /not signed in[^]*THE ANSWERS ARE CANNED[^]*claude auth login/);
    assert.match(await chat(url, 'Good morning'), /canned answer[^]*Good morning/);
  });

  it('stops on SIGTERM, which Windows does not have, and frees its port and files', async function () {
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

  it('passes its environment on and prints no banner', async () => {
    const standIn = await startStandIn();
    const environment = await standInEnvironment(standIn.url);
    const program = start(environment, environment.env);
    try {
      standIn.reply(textReply('from the API of the environment'));
      assert.equal(await chat(await program.url(), 'hi'), 'from the API of the environment');
      assert.doesNotMatch(program.stderr, /canned/i);
      await standIn.close();
    } finally {
      await program.stop('SIGTERM');
      await standIn.close({ lenient: true });
      await environment.dispose();
    }
  });
});
