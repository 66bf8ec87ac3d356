import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RequestRecord } from '../../../../src/server/server.js';
import { INSTALL_DOCS, installMethods } from '../../../../src/vscode/setup/installMethods.js';
import { milestonesFromRequest, milestonesFromStatus } from '../../../../src/vscode/ui/setupProgress.js';
import { problemNotice } from '../../../../src/vscode/notifications/problemNotice.js';
import { shellCommand } from '../../../../src/vscode/setup/shellCommand.js';
import { pollUntil } from '../../../../src/vscode/setup/pollUntil.js';
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
      : { kind: 'problem', problem: { kind, message: 'The reason.' } },
  requests: 0,
  waiting: 0,
});

describe('shellCommand', () => {
  const path = "/home/o'brien/my tools/claude";

  it('quotes the path of the program for each shell', () => {
    assert.equal(shellCommand('/bin/bash', '/bin/claude', ['auth', 'login']), "'/bin/claude' auth login");
    assert.equal(shellCommand('', path, ['update']), "'/home/o'\\''brien/my tools/claude' update");
    assert.equal(shellCommand('/usr/bin/fish', path, []), "'/home/o\\'brien/my tools/claude'");
    assert.equal(shellCommand('/usr/bin/pwsh', path, []), "& '/home/o''brien/my tools/claude'");
    const typographic = 'C:\\O\u2019Brien \u2018x\\claude.exe';
    assert.equal(
      shellCommand('pwsh.exe', typographic, []),
      "& 'C:\\O\u2019\u2019Brien \u2018\u2018x\\claude.exe'",
    );
    const windows = 'C:\\Program Files\\claude.exe';
    assert.equal(shellCommand('C:\\Windows\\System32\\cmd.exe', windows, ['x']), `"${windows}" x`);
    assert.equal(shellCommand('C:\\…\\PowerShell.exe', windows, ['x']), `& '${windows}' x`);
  });

  it('is split by a POSIX shell into the given words', async function () {
    if (process.platform === 'win32') this.skip();
    const odd = 'a\'b "c" $HOME `id` \\ d\n';
    const line = `printf '%s|' ${shellCommand('/bin/sh', odd, ['auth', 'login'])}`;
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', line]);
    assert.equal(stdout, `${odd}|auth|login|`);
  });
});

describe('installMethods', () => {
  it('returns the documented methods for each system', () => {
    const commands = (platform: NodeJS.Platform): string[] =>
      installMethods(platform).map(({ command }) => command);
    assert.match(commands('linux')[0]!, /^curl -fsSL https:\/\/claude\.ai\/install\.sh \| bash$/);
    assert.ok(commands('darwin').some((command) => command.startsWith('brew ')));
    assert.ok(!commands('linux').some((command) => command.startsWith('brew ')));
    assert.ok(commands('win32').some((command) => command.startsWith('winget ')));
    assert.match(INSTALL_DOCS, /^https:/);
  });

  it('starts npm on Windows by a name that PowerShell does not block', () => {
    const commands = installMethods('win32').map(({ command }) => command);
    assert.ok(commands.includes('npm.cmd install -g @anthropic-ai/claude-code'));
    assert.ok(!commands.some((command) => /npm(?!\.cmd)/.test(command)));
  });

  it('runs the PowerShell command in PowerShell', () => {
    const [first] = installMethods('win32');
    assert.match(first?.command ?? '', /^irm /);
    assert.equal(first?.shell, 'powershell.exe');
  });
});

describe('milestonesFromStatus', () => {
  it('returns the milestones that the status proves', () => {
    assert.deepEqual(milestonesFromStatus(running()), ['served', 'trusted', 'cliFound', 'signedIn']);
    assert.deepEqual(milestonesFromStatus(running('notSignedIn')), ['served', 'trusted', 'cliFound']);
    for (const kind of ['cliMissing', 'cliTooOld'] as const) {
      assert.deepEqual(milestonesFromStatus(running(kind)), ['served', 'trusted']);
    }
    assert.deepEqual(milestonesFromStatus(running('untrusted')), ['served']);
    assert.deepEqual(milestonesFromStatus({ state: 'stopped' }), []);
    assert.deepEqual(milestonesFromStatus({ state: 'elsewhere', port: 1, url: '', folder: undefined }), [
      'served',
    ]);
  });
});

describe('milestonesFromRequest', () => {
  it('returns `answered` for an answered chat, and `connected` if another program sent it', () => {
    const record: RequestRecord = {
      id: 1,
      requestId: 'req_1',
      method: 'POST',
      route: '/api/chat',
      client: 'ollama-js/0.6',
      status: 200,
      startedAt: 0,
      totalMs: 1,
      chat: true,
      outputTokens: 3,
    };
    assert.deepEqual(milestonesFromRequest(record, 'claude-ollama-server/'), ['answered', 'connected']);
    assert.deepEqual(
      milestonesFromRequest({ ...record, client: 'claude-ollama-server/1' }, 'claude-ollama-server/'),
      ['answered'],
    );
    const { outputTokens: _outputTokens, ...notAChat } = record;
    for (const other of [{ ...record, status: 503 }, { ...record, error: 'cut' }, notAChat]) {
      assert.deepEqual(milestonesFromRequest(other, 'claude-ollama-server/'), []);
    }
  });
});

describe('problemNotice', () => {
  it('reports a problem of the setup with its remedy', () => {
    const remedy = (kind: ErrorKind): string | undefined =>
      problemNotice(running(kind), new Set())?.remedies[0]?.command;
    assert.equal(remedy('cliMissing'), 'claudeOllama.installCli');
    assert.equal(
      problemNotice(running('cliMissing'), new Set())?.remedies[1]?.command,
      'claudeOllama.chooseProgram',
    );
    assert.equal(remedy('cliTooOld'), 'claudeOllama.updateCli');
    assert.equal(remedy('notSignedIn'), 'claudeOllama.signIn');
  });

  it('reports nothing without a problem, for one that VS Code reports itself, and nothing twice', () => {
    assert.equal(problemNotice(running(), new Set()), undefined);
    assert.equal(problemNotice({ state: 'stopped' }, new Set()), undefined);
    assert.equal(problemNotice(running('untrusted'), new Set()), undefined);
    assert.equal(problemNotice(running('cliMissing'), new Set(['cliMissing'])), undefined);
  });
});

describe('pollUntil', () => {
  const signal = new AbortController().signal;

  it('returns true once the condition is met', async () => {
    let checks = 0;
    const isDone = (): boolean => (checks += 1) === 3;
    assert.equal(await pollUntil(isDone, { intervalMs: 1, timeoutMs: 10_000, signal }), true);
    assert.equal(checks, 3);
  });

  it('returns false after the timeout', async () => {
    assert.equal(await pollUntil(() => false, { intervalMs: 1, timeoutMs: 5, signal }), false);
  });

  it('checks once more after the signal has aborted', async () => {
    const ended = new AbortController();
    let checks = 0;
    const isDone = (): boolean => {
      checks += 1;
      ended.abort();
      return false;
    };
    const options = { intervalMs: 1, timeoutMs: 10_000, signal: ended.signal };
    assert.equal(await pollUntil(isDone, options), false);
    assert.equal(checks, 2);
  });
});
