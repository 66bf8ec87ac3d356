import assert from 'node:assert/strict';
import {
  checkAddress,
  checkChat,
  checkCli,
  checkDiscovery,
  checkEditorChat,
  checkGuard,
  checkPort,
  checkServer,
  type Check,
  type Probe,
} from '../../../../src/vscode/diagnose/checks.js';
import type { Status } from '../../../../src/vscode/lifecycle/status.js';

const FOUND = {
  path: '/bin/claude',
  source: 'PATH',
  version: '2.1.330',
  signedIn: true,
  missingFlags: [],
  cannotReuse: false,
};
const states = (checks: readonly Check[]) => checks.map(({ state }) => state);
const reply = (status: number, text = ''): Probe => ({ status, text });

describe('checkCli', () => {
  it('passes a CLI that supports every flag and is signed in', () => {
    assert.deepEqual(states(checkCli(FOUND)), ['ok', 'ok']);
  });

  it('says what to do about a missing CLI, an old one, and one without credentials', () => {
    assert.deepEqual(states(checkCli('The Claude CLI was not found.')), ['failed', 'skipped']);
    const [old] = checkCli({ ...FOUND, missingFlags: ['--safe-mode'] });
    assert.equal(old?.state, 'failed');
    assert.match(`${old?.detail} ${old?.nextStep}`, /--safe-mode.*claude update/);
    const [, signIn] = checkCli({ ...FOUND, signedIn: false });
    assert.equal(signIn?.state, 'failed');
    assert.match(signIn?.nextStep ?? '', /claude auth login/);
  });
});

describe('checkCli for a CLI that cannot empty its processes', () => {
  it('says that answers start later, why, and what to do', () => {
    const [program, signIn, reuse, ...more] = checkCli({ ...FOUND, cannotReuse: true });
    assert.deepEqual([program?.state, signIn?.state, reuse?.state], ['ok', 'ok', 'warning']);
    assert.equal(reuse?.title, 'Reuse of processes');
    assert.match(reuse.detail, /2\.1\.330 .*cannot be used again.*answers start later/);
    assert.match(reuse.nextStep ?? '', /claude update.*extension/);
    assert.deepEqual(more, []);
  });
});

describe('checkServer', () => {
  it('passes a server that is running here or in another window', () => {
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
});

describe('checkPort', () => {
  it('passes a port that this server has, on both addresses or on IPv4 alone', () => {
    assert.deepEqual(states(checkPort(11434, 'claudeOllama', 'claudeOllama')), ['ok', 'ok']);
    assert.deepEqual(states(checkPort(11434, 'claudeOllama', 'none')), ['ok', 'skipped']);
  });

  it('names another program that has the port, and says what to do', () => {
    const [ipv4] = checkPort(11434, 'ollama', 'none');
    assert.match(
      `${ipv4?.state} ${ipv4?.detail} ${ipv4?.nextStep}`,
      /failed Ollama itself answers .*claudeOllama\.port/,
    );
    const [, ipv6] = checkPort(11434, 'claudeOllama', 'other');
    assert.match(`${ipv6?.state} ${ipv6?.nextStep}`, /warning .*"localhost".*127\.0\.0\.1/);
  });
});

describe('checkGuard', () => {
  it('requires that foreign hosts and origins are rejected', () => {
    assert.equal(checkGuard(reply(403), reply(403)).state, 'ok');
    assert.match(
      checkGuard(reply(200), reply(403)).detail,
      /not rejected: a request for another host \(200\)$/,
    );
    assert.equal(checkGuard(reply(403), reply(0, 'reset')).state, 'failed');
  });
});

describe('checkDiscovery', () => {
  it('checks the version and the list of models', () => {
    const tags = reply(200, '{"models":[{},{}]}');
    assert.equal(checkDiscovery(reply(200), tags).detail, '2 models are listed');
    assert.match(checkDiscovery(reply(401, 'token'), tags).detail, /version: 401 token/);
    assert.match(checkDiscovery(reply(200), reply(403, 'not trusted')).detail, /tags: 403 not trusted/);
    assert.equal(checkDiscovery(reply(200), reply(200, 'no JSON')).state, 'failed');
  });
});

describe('checkChat', () => {
  it('reports the reply to a chat, or that none was sent', () => {
    assert.equal(checkChat(reply(503, '{"error":"not signed in"}')).detail, '503 not signed in');
    assert.deepEqual(states([checkChat(undefined), checkChat(reply(200)), checkChat(reply(503, 'no'))]), [
      'skipped',
      'ok',
      'failed',
    ]);
  });
});

describe('checkEditorChat', () => {
  it("warns when VS Code's own chat lists no model", () => {
    assert.deepEqual(states([checkEditorChat(5), checkEditorChat(0)]), ['ok', 'warning']);
  });
});

describe('checkAddress', () => {
  it("shows the address for the user's own machine, and warns in a remote window without one", () => {
    const localUrl = 'http://127.0.0.1:11434';
    assert.equal(checkAddress({ localUrl, externalUrl: undefined, remoteName: undefined }).state, 'ok');
    assert.equal(
      checkAddress({ localUrl, externalUrl: undefined, remoteName: 'ssh-remote' }).state,
      'warning',
    );
    assert.match(
      checkAddress({ localUrl, externalUrl: 'http://localhost:5', remoteName: 'ssh-remote' }).detail,
      /localhost:5/,
    );
  });
});
