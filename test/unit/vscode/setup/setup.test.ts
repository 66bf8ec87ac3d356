import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RequestRecord } from '../../../../src/server/server.js';
import { INSTALL_DOCS, installWays } from '../../../../src/vscode/setup/installWays.js';
import { provedBy, provedByRequest } from '../../../../src/vscode/ui/milestones.js';
import { noticeOf } from '../../../../src/vscode/ui/problemNotice.js';
import { shellCommand } from '../../../../src/vscode/setup/shellCommand.js';
import { until } from '../../../../src/vscode/setup/until.js';
import type { ErrorKind } from '../../../../src/core/errors.js';
import type { Status } from '../../../../src/vscode/lifecycle/status.js';

const running = (kind?: ErrorKind): Status => ({
  state: 'running',
  port: 11434,
  url: 'http://127.0.0.1:11434',
  folder: '/code/shop',
  readiness:
    kind === undefined
      ? { kind: 'ready', version: '2.1.330', path: '/usr/bin/claude', models: 4 }
      : { kind: 'problem', problem: { kind, message: 'What is wrong.' } },
  requests: 0,
  waiting: 0,
});

describe('a line for a shell', () => {
  const path = "/home/o'brien/my tools/claude";

  it('runs the program whose path it names, whatever is in it', () => {
    assert.equal(shellCommand('/bin/bash', '/bin/claude', ['auth', 'login']), "'/bin/claude' auth login");
    assert.equal(shellCommand('', path, ['update']), "'/home/o'\\''brien/my tools/claude' update");
    assert.equal(shellCommand('/usr/bin/fish', path, []), "'/home/o\\'brien/my tools/claude'");
    assert.equal(shellCommand('/usr/bin/pwsh', path, []), "& '/home/o''brien/my tools/claude'");
    const windows = 'C:\\Program Files\\claude.exe';
    assert.equal(shellCommand('C:\\Windows\\System32\\cmd.exe', windows, ['x']), `"${windows}" x`);
    assert.equal(shellCommand('C:\\…\\PowerShell.exe', windows, ['x']), `& '${windows}' x`);
  });

  it('is read by a POSIX shell as one word a part', async function () {
    if (process.platform === 'win32') this.skip();
    const odd = 'a\'b "c" $HOME `id` \\ d\n';
    const line = `printf '%s|' ${shellCommand('/bin/sh', odd, ['auth', 'login'])}`;
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', line]);
    assert.equal(stdout, `${odd}|auth|login|`);
  });
});

describe('the ways to install the CLI', () => {
  it('are those of the documentation, for each system', () => {
    const commands = (platform: NodeJS.Platform): string[] =>
      installWays(platform).map(({ command }) => command);
    assert.match(commands('linux')[0]!, /^curl -fsSL https:\/\/claude\.ai\/install\.sh \| bash$/);
    assert.ok(commands('darwin').some((command) => command.startsWith('brew ')));
    assert.ok(!commands('linux').some((command) => command.startsWith('brew ')));
    assert.ok(commands('win32').some((command) => command.startsWith('winget ')));
    assert.match(INSTALL_DOCS, /^https:/);
  });

  it("run PowerShell's line in PowerShell", () => {
    const [first] = installWays('win32');
    assert.match(first?.command ?? '', /^irm /);
    assert.equal(first?.shell, 'powershell.exe');
  });
});

describe('the steps of the walkthrough', () => {
  it('are done when the status proves it', () => {
    assert.deepEqual(provedBy(running()), ['served', 'cliFound', 'signedIn']);
    assert.deepEqual(provedBy(running('notSignedIn')), ['served', 'cliFound']);
    for (const kind of ['cliMissing', 'cliTooOld', 'untrusted'] as const) {
      assert.deepEqual(provedBy(running(kind)), ['served']);
    }
    assert.deepEqual(provedBy({ state: 'stopped' }), []);
    assert.deepEqual(provedBy({ state: 'elsewhere', port: 1, url: '', folder: undefined }), ['served']);
  });

  it('are done when a request was answered; a client is connected when it was not our own', () => {
    const record: RequestRecord = {
      id: 1,
      method: 'POST',
      route: '/api/chat',
      client: 'ollama-js/0.6',
      status: 200,
      startedAt: 0,
      totalMs: 1,
      chat: true,
      outputTokens: 3,
    };
    assert.deepEqual(provedByRequest(record, 'claude-ollama-server/'), ['answered', 'connected']);
    assert.deepEqual(
      provedByRequest({ ...record, client: 'claude-ollama-server/1' }, 'claude-ollama-server/'),
      ['answered'],
    );
    const { outputTokens: _none, ...list } = record;
    for (const other of [{ ...record, status: 503 }, { ...record, error: 'cut' }, list]) {
      assert.deepEqual(provedByRequest(other, 'claude-ollama-server/'), []);
    }
  });
});

describe('a person is told unasked', () => {
  it('what of the set-up is missing, with what helps', () => {
    const remedy = (kind: ErrorKind): string | undefined =>
      noticeOf(running(kind), new Set())?.remedy.command;
    assert.equal(remedy('cliMissing'), 'claudeOllama.installCli');
    assert.equal(remedy('cliTooOld'), 'claudeOllama.updateCli');
    assert.equal(remedy('notSignedIn'), 'claudeOllama.signIn');
  });

  it('nothing when all is well, when another place tells it, and nothing twice', () => {
    assert.equal(noticeOf(running(), new Set()), undefined);
    assert.equal(noticeOf({ state: 'stopped' }, new Set()), undefined);
    assert.equal(noticeOf(running('untrusted'), new Set()), undefined);
    assert.equal(noticeOf(running('cliMissing'), new Set(['cliMissing'])), undefined);
  });
});

describe('waiting for what tells nobody', () => {
  const never = new AbortController().signal;

  it('ends when it has happened', async () => {
    let looks = 0;
    const look = (): boolean => (looks += 1) === 3;
    assert.equal(await until(look, { everyMs: 1, limitMs: 10_000 }, never), true);
    assert.equal(looks, 3);
  });

  it('is given up after a while', async () => {
    assert.equal(await until(() => false, { everyMs: 1, limitMs: 5 }, never), false);
  });

  it('looks once more when it is told that nothing more will happen', async () => {
    const ended = new AbortController();
    let looks = 0;
    const look = (): boolean => {
      looks += 1;
      ended.abort();
      return false;
    };
    assert.equal(await until(look, { everyMs: 1, limitMs: 10_000 }, ended.signal), false);
    assert.equal(looks, 2);
  });
});
