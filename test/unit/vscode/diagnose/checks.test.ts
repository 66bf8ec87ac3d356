import assert from 'node:assert/strict';
import {
  checkAddress,
  checkChat,
  checkCli,
  checkClientView,
  checkEditorChat,
  checkGuard,
  checkPort,
  checkServer,
  type Check,
  type Probe,
} from '../../../../src/vscode/diagnose/checks.js';
import type { Status } from '../../../../src/vscode/lifecycle/status.js';

const FOUND = { path: '/bin/claude', source: 'PATH', version: '2.1.330', signedIn: true, missingFlags: [] };
const states = (checks: readonly Check[]) => checks.map(({ state }) => state);
const gave = (status: number, text = ''): Probe => ({ status, text });

describe('a diagnosis', () => {
  it('is content with a CLI that can do everything and is signed in', () => {
    assert.deepEqual(states(checkCli(FOUND)), ['ok', 'ok']);
  });

  it('tells what a missing CLI, an old one and one without credentials need', () => {
    assert.deepEqual(states(checkCli('The Claude CLI was not found.')), ['failed', 'skipped']);
    const [old] = checkCli({ ...FOUND, missingFlags: ['--safe-mode'] });
    assert.equal(old?.state, 'failed');
    assert.match(`${old?.detail} ${old?.next}`, /--safe-mode.*claude update/);
    const [, signIn] = checkCli({ ...FOUND, signedIn: false });
    assert.equal(signIn?.state, 'failed');
    assert.match(signIn?.next ?? '', /claude auth login/);
  });

  it('knows which states of the server are in order', () => {
    const url = 'http://127.0.0.1:11434';
    const every: Status[] = [
      {
        state: 'running',
        port: 1,
        url,
        folder: '/a',
        readiness: { kind: 'checking' },
        requests: 0,
        waiting: 0,
      },
      { state: 'elsewhere', port: 1, url, folder: '/b' },
      { state: 'starting', port: 1 },
      { state: 'stopped' },
      { state: 'failed', port: 1, message: 'Port 1 is in use.', taken: true },
    ];
    assert.deepEqual(states(every.map(checkServer)), ['ok', 'ok', 'warning', 'failed', 'failed']);
  });

  it('finds the port in order when this server has it, on both addresses or on the one that there is', () => {
    assert.deepEqual(states(checkPort(11434, 'claudeOllama', 'claudeOllama')), ['ok', 'ok']);
    assert.deepEqual(states(checkPort(11434, 'claudeOllama', 'none')), ['ok', 'skipped']);
  });

  it('tells who else has the port, and what that means for clients', () => {
    const [v4] = checkPort(11434, 'ollama', 'none');
    assert.match(
      `${v4?.state} ${v4?.detail} ${v4?.next}`,
      /failed a real Ollama answers .*claudeOllama\.port/,
    );
    const [, v6] = checkPort(11434, 'claudeOllama', 'other');
    assert.match(`${v6?.state} ${v6?.next}`, /warning .*"localhost".*127\.0\.0\.1/);
  });

  it('wants foreign hosts and pages refused', () => {
    assert.equal(checkGuard(gave(403), gave(403)).state, 'ok');
    assert.match(checkGuard(gave(200), gave(403)).detail, /not refused: a request for another host \(200\)$/);
    assert.equal(checkGuard(gave(403), gave(0, 'reset')).state, 'failed');
  });

  it('asks what clients ask first', () => {
    const tags = gave(200, '{"models":[{},{}]}');
    assert.equal(checkClientView(gave(200), tags).detail, '2 models are listed');
    assert.match(checkClientView(gave(401, 'token'), tags).detail, /version: 401 token/);
    assert.match(checkClientView(gave(200), gave(403, 'not trusted')).detail, /tags: 403 not trusted/);
    assert.equal(checkClientView(gave(200), gave(200, 'no JSON')).state, 'failed');
  });

  it('asks Claude only when a person wants it', () => {
    assert.equal(checkChat(gave(503, '{"error":"not signed in"}')).detail, '503 not signed in');
    assert.deepEqual(states([checkChat(undefined), checkChat(gave(200)), checkChat(gave(503, 'no'))]), [
      'skipped',
      'ok',
      'failed',
    ]);
  });

  it("warns when VS Code's own chat has no model", () => {
    assert.deepEqual(states([checkEditorChat(5), checkEditorChat(0)]), ['ok', 'warning']);
  });

  it('tells the address for the own machine, and misses it only in a remote window', () => {
    const inside = 'http://127.0.0.1:11434';
    assert.equal(checkAddress({ inside, outside: undefined, remote: undefined }).state, 'ok');
    assert.equal(checkAddress({ inside, outside: undefined, remote: 'ssh-remote' }).state, 'warning');
    assert.match(
      checkAddress({ inside, outside: 'http://localhost:5', remote: 'ssh-remote' }).detail,
      /localhost:5/,
    );
  });
});
