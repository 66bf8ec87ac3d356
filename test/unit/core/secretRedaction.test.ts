import assert from 'node:assert/strict';
import { createLogger } from '../../../src/core/log.js';
import { redactSecrets, redactingLogger } from '../../../src/core/secretRedaction.js';

const SECRET = 'Zm9vYmFyYmF6cXV4';

describe('redactSecrets', () => {
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
    `Incorrect API key provided: ${SECRET}. You can find it`,
    `Received API Key = ${SECRET}, Key Hash`,
    `{"api_key":"${SECRET}"}`,
    `access_token=${SECRET}`,
    `invalid sk-proj-${SECRET}`,
    `(sk-${SECRET})`,
    `token eyJhbGciOiJIUzI1.${SECRET}.${SECRET}`,
  ]) {
    it(`hides the secret in ${line.replaceAll(SECRET, '…')}`, () => {
      assert.ok(!redactSecrets(line, []).includes(SECRET), redactSecrets(line, []));
    });
  }

  it('hides a given secret at any position', () => {
    assert.equal(redactSecrets(`a ${SECRET}, b/${SECRET}`, [SECRET]), 'a [redacted], b/[redacted]');
  });

  it('leaves text without secrets unchanged', () => {
    for (const line of [
      'listening on http://127.0.0.1:11434, folder /srv/t/project',
      'as an API key (Authorization: Bearer), as x-api-key, or in the URL after /t/. The command "Copy Token" copies it.',
      '#7 POST /api/chat claude-sonnet:latest 200 total 5 ms [curl/8.0]',
      'the bearer of bad news',
      'sk-ant',
      '/api/t/x',
      'API key: ask your administrator',
      'task-management2000-and-risk-assessment-2',
      'prompt is too long: 300000 tokens > 200000 maximum',
      'Invalid API key · Fix external API key',
    ]) {
      assert.equal(redactSecrets(line, ['', 'a']), line);
    }
  });
});

describe('redactingLogger', () => {
  it('hides secrets at every level', () => {
    const lines: string[] = [];
    const log = redactingLogger(
      createLogger((_level, line) => lines.push(line)),
      () => [SECRET],
    );
    for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const) log[level](SECRET);
    assert.deepEqual(lines, Array(5).fill('[redacted]'));
  });
});
