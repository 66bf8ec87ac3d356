import assert from 'node:assert/strict';
import type { Logger } from '../../../src/core/log.js';
import { redactSecrets, redactingLogger } from '../../../src/core/secretRedaction.js';

const SECRET = 'Zm9vYmFyYmF6cXV4';

describe('the log', () => {
  for (const line of [
    `Authorization: Bearer ${SECRET}`,
    `authorization: ${SECRET}`,
    `"authorization":"Bearer ${SECRET}"`,
    `{"Authorization": "Basic ${SECRET}"}`,
    `Proxy-Authorization: Basic ${SECRET}`,
    `x-api-key: ${SECRET}`,
    `"X-Api-Key":"${SECRET}"`,
    `Cookie: session=${SECRET}; theme=dark`,
    `set-cookie: a=${SECRET}`,
    `failed with sk-ant-api03-${SECRET}_x-y`,
    `key=sk-ant-${SECRET}.`,
    `bearer ${SECRET}`,
    `GET /t/${SECRET}/api/tags`,
    `/t/${SECRET}`,
    `http://127.0.0.1:11434/t/${SECRET}/v1`,
    `see "http://localhost:1/t/${SECRET}"`,
  ]) {
    it(`does not show the secret of ${line.replaceAll(SECRET, '…')}`, () => {
      assert.ok(!redactSecrets(line, []).includes(SECRET), redactSecrets(line, []));
    });
  }

  it('does not show the token, wherever it stands', () => {
    assert.equal(redactSecrets(`a ${SECRET}, b/${SECRET}`, [SECRET]), 'a [redacted], b/[redacted]');
  });

  it('shows the rest as it is', () => {
    for (const line of [
      'listening on http://127.0.0.1:11434, folder /srv/t/project',
      '#7 POST /api/chat claude-sonnet:latest 200 total 5 ms [curl/8.0]',
      'the bearer of bad news',
      'sk-ant',
      '/api/t/x',
    ]) {
      assert.equal(redactSecrets(line, ['', 'a']), line);
    }
  });

  it('is clean at every level', () => {
    const lines: string[] = [];
    const take = (line: string): void => void lines.push(line);
    const log: Logger = { trace: take, debug: take, info: take, warn: take, error: take };
    const clean = redactingLogger(log, () => [SECRET]);
    for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const) clean[level](SECRET);
    assert.deepEqual(lines, Array(5).fill('[redacted]'));
  });
});
