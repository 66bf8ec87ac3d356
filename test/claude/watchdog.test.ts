import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beginSteps, fakeCli, type FakeCli, type FakeScript } from '../support/fakeCli.js';
import { isAlive, pidsIn } from '../support/processes.js';
import { until } from '../support/until.mjs';

/** A program that sends the CLI one request, prints a line when the answer begins, and waits to be killed. */
const HOST = `
const [, backend, cli, folder] = process.argv;
const { createClaudeBackend } = await import(backend);
const quiet = () => undefined;
const log = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };
const claude = createClaudeBackend({ claudePath: cli, folder, env: process.env, log, version: '0', limits: { prewarm: 'always' } });
const request = { lane: 'chat', model: 'default', system: '', messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }], tools: [], stop: [] };
for await (const event of claude.chat(request, new AbortController().signal)) if (event.type === 'text') console.log('answering');
`;

describe('Watchdog, when the host program is killed', function () {
  this.timeout(60_000);
  let fake: FakeCli;

  before(function () {
    // The fake CLI is a script with `#!`, and SIGKILL is a POSIX signal.
    if (process.platform === 'win32') this.skip();
  });
  afterEach(() => fake.dispose());

  async function startAndKillHost(script: FakeScript): Promise<{ cli: number[]; grandchild: number[] }> {
    fake = await fakeCli(script);
    const backend = pathToFileURL(join(import.meta.dirname, '../../src/claude/backend.js')).href;
    const host = spawn(
      process.execPath,
      ['--input-type=module', '-e', HOST, backend, fake.path, fake.folder],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(host.stdout, 'data');
    const cli = pidsIn(join(fake.folder, 'pids'));
    assert.ok(cli.length > 0 && cli.every(isAlive));
    host.kill('SIGKILL');
    return { cli, grandchild: pidsIn(join(fake.folder, 'grandchild')) };
  }

  it('ends the CLI before its turn is complete', async () => {
    const { cli } = await startAndKillHost({
      ignoreTerm: false,
      steps: [...beginSteps('a'), { do: 'hang' }],
    });
    await until('the CLI has exited', () => !cli.some(isAlive), { timeoutMs: 5000 });
  });

  it('kills a CLI that ignores SIGTERM, with everything it started', async () => {
    const { cli, grandchild } = await startAndKillHost({
      ignoreTerm: true,
      steps: [{ do: 'grandchild' }, ...beginSteps('a'), { do: 'hang' }],
    });
    assert.equal(grandchild.length, 1);
    await until('all have exited', () => ![...cli, ...grandchild].some(isAlive), { timeoutMs: 5000 });
  });
});
