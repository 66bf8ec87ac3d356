import assert from 'node:assert/strict';
import { menuItems, menuTitle, type MenuItem } from '../../../../src/vscode/ui/menuItems.js';
import type { Totals } from '../../../../src/vscode/activity/history.js';
import type { CliReadiness, Status } from '../../../../src/vscode/lifecycle/status.js';
import { escapeMarkdown, TOOLTIP_COMMANDS, viewOf } from '../../../../src/vscode/ui/statusView.js';

const running = (readiness: CliReadiness, requests = 0, waiting = 0): Status & { state: 'running' } => ({
  state: 'running',
  port: 11434,
  url: 'http://127.0.0.1:11434',
  folder: '/code/shop',
  readiness,
  requests,
  waiting,
});
const ready: CliReadiness = { kind: 'ready', version: '2.1.330', path: '/usr/bin/claude', models: 4 };
const problem: CliReadiness = {
  kind: 'problem',
  problem: { kind: 'cliMissing', message: 'The Claude CLI was not found. Install it.' },
};
const failed: Status = {
  state: 'failed',
  port: 11434,
  message: 'Port 11434 is in use by Ollama itself.',
  taken: true,
};
const elsewhere: Status & { state: 'elsewhere' } = {
  state: 'elsewhere',
  port: 11434,
  url: 'http://127.0.0.1:11434',
  folder: undefined,
};
const NOTHING_USED: Totals = {
  requests: 0,
  failed: 0,
  promptTokens: 0,
  outputTokens: 0,
  costUsd: undefined,
  lastError: undefined,
};
const everyStatus: Status[] = [
  { state: 'stopped' },
  { state: 'starting', port: 11434 },
  running({ kind: 'checking' }),
  running(ready),
  running(problem),
  elsewhere,
  failed,
];

describe('the status bar', () => {
  it('tells how many requests wait for a process', () => {
    assert.match(viewOf(running(ready, 5, 0)).tooltip, /\n5 requests at work\n/);
    assert.match(viewOf(running(ready, 6, 2)).tooltip, /\n4 requests at work, 2 waiting\n/);
  });

  it('names the port while it serves', () => {
    assert.equal(viewOf(running(ready)).text, '$(broadcast) Claude :11434');
  });

  it('tells that clients need a token, and how to get it', () => {
    assert.match(
      viewOf(running(ready), { secured: true }).tooltip,
      /must send the token.*command:claudeOllama\.copyToken/,
    );
    assert.doesNotMatch(viewOf(running(ready), { secured: false }).tooltip, /token/);
  });

  it('warns, without colours, when the server runs but Claude cannot answer', () => {
    const view = viewOf(running(problem));
    assert.equal(view.text, '$(warning) Claude :11434');
    assert.equal(view.color, undefined);
    assert.match(view.tooltip, /was not found/);
    assert.match(view.label, /warning: The Claude CLI was not found/);
  });

  it('has colours only where nothing can be served, or Claude asks', () => {
    assert.deepEqual(
      everyStatus.filter((status) => viewOf(status).color !== undefined).map((status) => status.state),
      ['failed'],
    );
    assert.equal(viewOf(failed).color, 'error');
    assert.equal(viewOf(running(ready), { asks: true }).color, 'warning');
  });

  it('says that Claude asks for a permission, and leads to the question', () => {
    const view = viewOf(running(ready, 1), { asks: true });
    assert.equal(view.text, '$(question) Claude asks…');
    assert.match(view.label, /asks for your permission/);
    assert.equal(view.command, 'claudeOllama.showPermissionRequest');
    assert.match(view.tooltip, /command:claudeOllama\.showPermissionRequest/);
    assert.equal(viewOf(running(ready, 1)).command, 'claudeOllama.showMenu');
  });

  it('tells URL, folder, models and requests at work', () => {
    const { tooltip } = viewOf(running(ready, 2));
    for (const text of [
      'http://127.0.0.1:11434',
      '/code/shop',
      '4 models',
      '2 requests at work',
      '2\\.1\\.330',
    ]) {
      assert.match(tooltip, new RegExp(text));
    }
    assert.match(viewOf(running(ready, 1)).tooltip, /1 request at work/);
  });

  it('tells what this session has used, what is left of the plan, and the last error with its client', () => {
    const now = Date.parse('2026-11-24T12:00:00Z');
    const totals: Totals = {
      requests: 12,
      failed: 1,
      promptTokens: 4_321,
      outputTokens: 567,
      costUsd: 0.25,
      lastError: { message: 'Too *much*.', client: 'sample/1.0', at: now - 60_000 },
    };
    const windows = [{ name: 'five_hour', used: 0.25, resetsAt: now / 1000 + 3_600 }];
    const { tooltip } = viewOf(running(ready), { totals, allowance: { status: 'allowed', windows } }, now);
    assert.match(tooltip, /This session: 12 requests, 1 failed · 4,321 tokens in, 567 out · \\\$0\.25/);
    assert.match(tooltip, /\nPlan: 5 hours 25 % used, resets \d\d:\d\d\n/);
    assert.match(tooltip, /\$\(error\) \d\d:\d\d sample\/1\.0: Too \\\*much\\\*\./);
  });

  it('warns when the plan is used up, as long as it is', () => {
    const windows = [{ name: 'five_hour', used: 1, resetsAt: 1_000 }];
    const tooltip = (now: number) =>
      viewOf(running(ready), { allowance: { status: 'rejected', windows } }, now).tooltip;
    assert.match(tooltip(999_000), /\$\(warning\) Plan: 5 hours 100 % used/);
    assert.doesNotMatch(tooltip(1_001_000), /Plan/);
  });

  it('tells nothing of a session in which nothing was asked', () => {
    assert.doesNotMatch(viewOf(running(ready), { totals: NOTHING_USED }).tooltip, /session/);
  });

  it('shows both addresses of a remote window, the own one first', () => {
    const addressesOf = (inside: string) => ({
      inside,
      outside: 'http://localhost:55123',
      remote: 'ssh-remote',
    });
    assert.match(
      viewOf(running(ready), { addressesOf }).tooltip,
      /`http:\/\/localhost:55123` for programs on your own machine\n\n`http:\/\/127\.0\.0\.1:11434` for programs on the SSH host\n/,
    );
  });

  it('names the folder of the window that serves instead', () => {
    assert.match(viewOf({ ...elsewhere, folder: '/code/*other*' }).tooltip, /from \/code\/\\\*other\\\*\./);
    assert.match(viewOf(elsewhere).tooltip, /from its own folder\./);
  });

  it('has a label without an icon in every state, for screen readers', () => {
    for (const status of everyStatus) assert.doesNotMatch(viewOf(status).label, /\$\(/);
  });

  it('links only to commands that the tooltip may run', () => {
    const views = everyStatus.flatMap((status) =>
      [true, false].map((asks) => viewOf(status, { secured: true, asks })),
    );
    for (const { tooltip } of views) {
      for (const [, command] of tooltip.matchAll(/\(command:([^)]+)\)/g)) {
        assert.ok(TOOLTIP_COMMANDS.includes(command!), command);
      }
    }
  });

  it('shows foreign text as text: no links, no icons, no new lines', () => {
    const evil = '[run](command:evil) $(zap) `x`\n# head <b>';
    const view = viewOf({ ...running(ready), folder: evil });
    assert.doesNotMatch(view.tooltip, /\[run\]\(command:evil\)/);
    assert.equal(escapeMarkdown(evil), '\\[run\\]\\(command:evil\\) \\$\\(zap\\) \\`x\\` \\# head \\<b\\>');
  });

  it('offers to manage trust in a folder that is not trusted', () => {
    const untrusted = running({ kind: 'problem', problem: { kind: 'untrusted', message: 'Not trusted.' } });
    assert.match(viewOf(untrusted).tooltip, /command:workbench\.trust\.manage/);
    assert.match(menuItems(untrusted, 'p.e')[0]!.label, /Manage Workspace Trust/);
  });
});

describe('the menu', () => {
  const labels = (status: Status) =>
    menuItems(status, 'p.e').map((item: MenuItem) => item.label.replace(/^\$\(.*?\) /, ''));

  it('offers what each state allows', () => {
    const help = ['Diagnose', 'Show Log', 'Open Walkthrough', 'Settings'];
    assert.deepEqual(labels({ state: 'stopped' }), [
      'Start',
      'Connect a Client…',
      'Copy Endpoint URL',
      ...help,
    ]);
    const served = ['Connect a Client…', 'Open Chat', 'Copy Endpoint URL', 'Show Activity', 'Stop'];
    assert.deepEqual(labels(running(ready)), [...served, 'Restart', ...help]);
    assert.deepEqual(labels(elsewhere), ['Serve From This Window', ...served, ...help]);
    assert.deepEqual(labels(failed), ['Try Again', 'Use Another Port…', 'Diagnose', 'Show Log', 'Settings']);
  });

  it('offers another port only where the port is the trouble', () => {
    assert.ok(!labels({ ...failed, taken: false }).includes('Use Another Port…'));
  });

  it('puts the remedy first, with the reason', () => {
    const [first] = menuItems(running(problem), 'p.e');
    assert.equal(first!.detail, 'The Claude CLI was not found. Install it.');
    assert.match(first!.label, /Install the Claude CLI…/);
    assert.match(viewOf(running(problem)).tooltip, /\[Install\]\(command:claudeOllama\.installCli\)/);
  });

  it('says the state in its title', () => {
    assert.equal(menuTitle(failed), 'Port 11434 is in use by Ollama itself.');
    assert.equal(menuTitle(running(ready)), 'Running on http://127.0.0.1:11434, from /code/shop');
    const other = { ...elsewhere, folder: '/code/other' };
    assert.equal(menuTitle(other), 'Another window serves http://127.0.0.1:11434, from /code/other');
    assert.equal(menuTitle(elsewhere), 'Another window serves http://127.0.0.1:11434');
  });

  it('tells beside Activity what was used, and nothing before there was anything', () => {
    const detail = (session: string) =>
      menuItems(running(ready), 'p.e', session).find(({ label }) => label.endsWith('Show Activity'))?.detail;
    assert.equal(detail('3 requests'), '3 requests');
    assert.equal(detail(''), undefined);
  });
});
