import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from '../support/httpClient.js';
import { runToEnd, startHeadless, type Headless } from '../support/headless.js';
import { HAS_PROCESS_TABLE } from '../support/processTable.js';

const TOKEN = 'Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4';

describe('--token-file', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'token-'));
  const file = join(folder, 'token');
  let headless: Headless | undefined;
  afterEach(async () => {
    await headless?.stop({ lenient: true });
    headless = undefined;
  });
  after(() => rmSync(folder, { recursive: true }));

  const write = (text: string, mode = 0o600): void => {
    writeFileSync(file, text);
    chmodSync(file, mode);
  };

  it('makes every client send the token, which appears in no log and no process list', async () => {
    write(`${TOKEN}\n`);
    headless = await startHeadless({ args: ['--token-file', file, '--trace'] });
    const { url, stdout, stderr } = headless;
    assert.equal((await ask(url, { path: '/api/tags' })).status, 401);
    const headers = { authorization: `Bearer ${TOKEN}` };
    assert.equal((await ask(url, { path: '/api/tags', headers })).status, 200);
    assert.equal((await ask(url, { path: `/t/${TOKEN}/api/tags` })).status, 200);
    if (HAS_PROCESS_TABLE) {
      assert.ok(!readFileSync(`/proc/${headless.pid}/cmdline`, 'utf8').includes(TOKEN));
    }
    assert.doesNotMatch([...stdout, ...stderr].join('\n'), new RegExp(TOKEN));
    assert.ok(!stderr.some((line) => /other users can read/.test(line)));
  });

  it('warns when other users can read the file', async function () {
    if (process.platform === 'win32') this.skip();
    write(TOKEN, 0o644);
    headless = await startHeadless({ args: ['--token-file', file] });
    await headless.logged(/other users can read .*token/);
  });

  it('refuses to start without one valid token in the file', async () => {
    for (const text of ['', ' \n', 'two words', 'two\nlines', 'ünicode']) {
      write(text);
      const { code, stderr } = await runToEnd(['--port', '0', '--token-file', file], {});
      assert.equal(code, 1, text);
      assert.match(stderr, /--token-file: .* must contain one line/);
    }
    const missing = await runToEnd(['--port', '0', '--token-file', join(folder, 'none')], {});
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /--token-file: ENOENT/);
  });
});
