import assert from 'node:assert/strict';
import { menuItems, menuTitle, type MenuItem } from '../../../src/vscode/menuItems.js';
import type { Readiness, Status } from '../../../src/vscode/status.js';
import { escapeMarkdown, TOOLTIP_COMMANDS, viewOf } from '../../../src/vscode/statusView.js';

const running = (readiness: Readiness, requests = 0, waiting = 0): Status & { state: 'running' } => ({
  state: 'running',
  port: 11434,
  url: 'http://127.0.0.1:11434',
  folder: '/code/shop',
  readiness,
  requests,
  waiting,
});
const ready: Readiness = { kind: 'ready', version: '2.1.330', path: '/usr/bin/claude', models: 4 };
const problem: Readiness = {
  kind: 'problem',
  problem: { kind: 'cliMissing', message: 'The Claude CLI was not found. Install it.' },
};
const failed: Status = {
  state: 'failed',
  port: 11434,
  message: 'Port 11434 is in use by Ollama itself.',
  taken: true,
};
const elsewhere: Status = { state: 'elsewhere', port: 11434, url: 'http://127.0.0.1:11434' };
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
    assert.equal(view.command, 'claudeOllama.showQuestion');
    assert.match(view.tooltip, /command:claudeOllama\.showQuestion/);
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
    assert.deepEqual(labels({ state: 'stopped' }), [
      'Start',
      'Connect a Client…',
      'Copy Endpoint URL',
      'Show Log',
      'Open Walkthrough',
      'Settings',
    ]);
    assert.deepEqual(labels(running(ready)), [
      'Connect a Client…',
      'Copy Endpoint URL',
      'Stop',
      'Restart',
      'Show Log',
      'Open Walkthrough',
      'Settings',
    ]);
    assert.deepEqual(labels(elsewhere), [
      'Connect a Client…',
      'Copy Endpoint URL',
      'Stop',
      'Show Log',
      'Open Walkthrough',
      'Settings',
    ]);
    assert.deepEqual(labels(failed), ['Try Again', 'Use Another Port…', 'Show Log', 'Settings']);
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
    assert.match(menuTitle(running(ready)), /http:\/\/127\.0\.0\.1:11434/);
  });
});
