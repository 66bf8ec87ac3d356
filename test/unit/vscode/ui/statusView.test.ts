import assert from 'node:assert/strict';
import type { PermissionRequest } from '../../../../src/core/permission.js';
import {
  menuItems,
  menuPlaceholder,
  type MenuContext,
  type MenuItem,
} from '../../../../src/vscode/ui/menuItems.js';
import type { Totals } from '../../../../src/vscode/activity/history.js';
import type { CliReadiness, Status } from '../../../../src/vscode/lifecycle/status.js';
import { escapeMarkdown, TOOLTIP_COMMANDS } from '../../../../src/vscode/ui/statusTooltip.js';
import { statusView } from '../../../../src/vscode/ui/statusView.js';

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
const NO_USAGE: Totals = {
  requests: 0,
  failed: 0,
  promptTokens: 0,
  outputTokens: 0,
  costUsd: undefined,
  lastError: undefined,
  failing: false,
};
const permissionRequest: PermissionRequest = {
  tool: 'Bash',
  input: { command: 'npm test' },
  folder: '/code/shop',
  model: 'sonnet',
};
const CONTEXT: MenuContext = {
  tokenRequired: false,
  planUsage: undefined,
  today: NO_USAGE,
  permissions: 'readOnly',
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

describe('statusView', () => {
  it('shows the number of queued requests in the tooltip', () => {
    assert.match(statusView(running(ready, 5, 0)).tooltip, /\n5 active requests\n/);
    assert.match(statusView(running(ready, 6, 2)).tooltip, /\n4 active requests, 2 queued\n/);
  });

  it('shows the port while the server is running', () => {
    assert.equal(statusView(running(ready)).text, '$(broadcast) Claude :11434');
  });

  it('says in the tooltip that clients need a token, and links to the command that copies it', () => {
    assert.match(
      statusView(running(ready), { tokenRequired: true }).tooltip,
      /must send the token.*command:claudeOllama\.copyToken/,
    );
    assert.doesNotMatch(statusView(running(ready), { tokenRequired: false }).tooltip, /must send the token/);
  });

  it('warns, without a colour, when the server is running but Claude cannot answer', () => {
    const view = statusView(running(problem));
    assert.equal(view.text, '$(warning) Claude :11434');
    assert.equal(view.color, undefined);
    assert.match(view.tooltip, /was not found/);
    assert.equal(view.label, 'Ollama Server for Claude: running on port 11434, the Claude CLI was not found');
  });

  it('has a colour only when the server has failed or a permission request is pending', () => {
    assert.deepEqual(
      everyStatus.filter((status) => statusView(status).color !== undefined).map((status) => status.state),
      ['failed'],
    );
    assert.equal(statusView(failed).color, 'error');
    assert.equal(statusView(running(ready), { permissionRequest }).color, 'warning');
  });

  it('says that a permission request is pending, and opens it on a click', () => {
    const view = statusView(running(ready, 1), { permissionRequest });
    assert.equal(view.text, '$(question) Claude asks');
    assert.match(view.label, /asks for permission to run npm test$/);
    assert.equal(view.command, 'claudeOllama.showPermissionRequest');
    assert.match(view.tooltip, /command:claudeOllama\.showPermissionRequest/);
    assert.equal(statusView(running(ready, 1)).command, 'claudeOllama.showMenu');
  });

  it('shows URL, folder, models and active requests in the tooltip', () => {
    const { tooltip } = statusView(running(ready, 2));
    for (const text of [
      'http://127.0.0.1:11434',
      '/code/shop',
      '4 models',
      '2 active requests',
      '2\\.1\\.330',
    ]) {
      assert.match(tooltip, new RegExp(text));
    }
    assert.match(statusView(running(ready, 1)).tooltip, /1 active request\n/);
    assert.match(statusView(running(ready)).tooltip, /\nIdle\n/);
  });

  it("shows today's usage, the plan's limits, and the latest error with its client", () => {
    const now = Date.parse('2026-11-24T12:00:00Z');
    const totals: Totals = {
      requests: 12,
      failed: 1,
      promptTokens: 4_321,
      outputTokens: 567,
      costUsd: 0.25,
      lastError: { message: 'Too *much*.', client: 'sample/1.0', at: now - 60_000 },
      failing: true,
    };
    const windows = [{ name: 'five_hour', used: 0.25, resetsAt: now / 1000 + 3_600 }];
    const { tooltip } = statusView(
      running(ready),
      { totals, today: totals, planUsage: { status: 'allowed', windows } },
      now,
    );
    assert.match(tooltip, /Today: 12 requests, 1 failed · 4,321 tokens in, 567 out · \\\$0\.25/);
    assert.match(tooltip, /\nPlan: 5 hours 25 % used, resets \d\d:\d\d[^\n]*\n/);
    assert.match(tooltip, /\$\(error\) \d\d:\d\d.* sample: Too \\\*much\\\*\./);
  });

  it("warns while a limit of the plan is reached, until the limit's reset", () => {
    const windows = [{ name: 'five_hour', used: 1, resetsAt: 1_000 }];
    const tooltip = (now: number) =>
      statusView(running(ready), { planUsage: { status: 'rejected', windows } }, now).tooltip;
    assert.match(tooltip(999_000), /\$\(warning\) Plan: 5 hours 100 % used/);
    assert.doesNotMatch(tooltip(1_001_000), /Plan/);
  });

  it('shows a spinner until the CLI was checked', () => {
    const view = statusView(running({ kind: 'checking' }));
    assert.equal(view.text, '$(loading~spin) Claude :11434');
    assert.match(view.label, /looking for the Claude CLI$/);
  });

  it('warns, with a colour, while the limit of the plan is reached', () => {
    const windows = [{ name: 'five_hour', used: 1, resetsAt: 1_000 }];
    const view = (now: number) =>
      statusView(running(ready), { planUsage: { status: 'rejected', windows } }, now);
    assert.deepEqual([view(999_000).text, view(999_000).color], ['$(warning) Claude :11434', 'warning']);
    assert.match(view(999_000).label, /the limit of the plan is reached$/);
    assert.deepEqual(
      [view(1_001_000).text, view(1_001_000).color],
      ['$(broadcast) Claude :11434', undefined],
    );
  });

  it('warns after a chat has failed', () => {
    const view = statusView(running(ready), { totals: { ...NO_USAGE, failing: true } });
    assert.equal(view.text, '$(warning) Claude :11434');
    assert.match(view.label, /the latest request failed$/);
  });

  it('says who pays, and what workspace models may do, with a link that changes it', () => {
    const { tooltip } = statusView(running({ ...ready, payer: 'API key (ANTHROPIC_API_KEY)' }), {
      permissions: 'acceptEdits',
    });
    assert.match(tooltip, /paid by API key \\\(ANTHROPIC\\_API\\_KEY\\\)/);
    assert.match(
      tooltip,
      /Workspace models: Accept Edits · \[Change\]\(command:claudeOllama\.choosePermissions\)/,
    );
  });

  it('repeats no error that is shown as the problem', () => {
    const lastError = { message: 'The Claude CLI was not found. Install it.', client: 'a', at: 0 };
    const { tooltip } = statusView(running(problem), { totals: { ...NO_USAGE, lastError } });
    assert.equal(tooltip.match(/was not found/g)?.length, 1);
  });

  it('does not mention the usage before the first request of the day', () => {
    assert.doesNotMatch(statusView(running(ready), { today: NO_USAGE }).tooltip, /Today/);
  });

  it("shows both addresses of a remote window, the one for the user's own machine first", () => {
    const addressesOf = (localUrl: string) => ({
      localUrl,
      externalUrl: 'http://localhost:55123',
      remoteName: 'ssh-remote',
    });
    assert.match(
      statusView(running(ready), { addressesOf }).tooltip,
      /`http:\/\/localhost:55123` for clients on your own machine\n\n`http:\/\/127\.0\.0\.1:11434` for clients on the SSH host\n/,
    );
  });

  it('names the folder of the other window that is serving, if it is known', () => {
    assert.match(
      statusView({ ...elsewhere, folder: '/code/*other*' }).tooltip,
      /is serving this port \(folder: \/code\/\\\*other\\\*\)\./,
    );
    assert.match(statusView(elsewhere).tooltip, /is serving this port\./);
  });

  it('has a label without an icon for screen readers in every state', () => {
    for (const status of everyStatus) assert.doesNotMatch(statusView(status).label, /\$\(/);
  });

  it('links only to commands that the tooltip may run', () => {
    const views = everyStatus.flatMap((status) =>
      [permissionRequest, undefined].flatMap((request) =>
        [true, false].map((tokenRequired) =>
          statusView(status, { tokenRequired, permissions: 'ask', permissionRequest: request }),
        ),
      ),
    );
    for (const { tooltip } of views) {
      for (const [, command] of tooltip.matchAll(/\(command:([^)]+)\)/g)) {
        assert.ok(TOOLTIP_COMMANDS.includes(command!), command);
      }
    }
  });

  it('escapes text from outside, so that it adds no links, icons or lines', () => {
    const evil = '[run](command:evil) $(zap) `x`\n# head <b>';
    const view = statusView({ ...running(ready), folder: evil });
    assert.doesNotMatch(view.tooltip, /\[run\]\(command:evil\)/);
    assert.equal(escapeMarkdown(evil), '\\[run\\]\\(command:evil\\) \\$\\(zap\\) \\`x\\` \\# head \\<b\\>');
  });

  it('offers to manage the workspace trust in a folder that is not trusted', () => {
    const untrusted = running({ kind: 'problem', problem: { kind: 'untrusted', message: 'Not trusted.' } });
    assert.match(statusView(untrusted).tooltip, /command:workbench\.trust\.manage/);
    assert.match(menuItems(untrusted, CONTEXT)[0]!.label, /Manage Workspace Trust/);
  });
});

describe('menuItems', () => {
  const labels = (status: Status, context = CONTEXT) =>
    menuItems(status, context).map((item: MenuItem) => item.label.replace(/^\$\(.*?\) /, ''));

  it('offers the commands that each state allows', () => {
    const help = ['Run Diagnostics', 'Show Log', 'Open Walkthrough', 'Open Settings'];
    assert.deepEqual(labels({ state: 'stopped' }), [
      'Start',
      'Connect a Client…',
      'Copy Endpoint URL',
      ...help,
    ]);
    const served = [
      'Connect a Client…',
      'Open Chat',
      'Say Hello',
      'Copy Endpoint URL',
      'Create Token',
      'Show Activity',
      'Workspace Models: Read Only…',
    ];
    assert.deepEqual(labels(running(ready)), [...served, 'Refresh Models', 'Stop', 'Restart', ...help]);
    assert.deepEqual(labels(elsewhere), ['Serve From This Window', ...served, 'Stop', ...help]);
    assert.deepEqual(labels(failed), [
      'Try Again',
      'Use Another Port…',
      'Run Diagnostics',
      'Show Log',
      'Open Settings',
    ]);
  });

  it('offers to copy and to remove the token only when there is one', () => {
    const withToken = labels(running(ready), { ...CONTEXT, tokenRequired: true });
    assert.ok(withToken.includes('Copy Token') && withToken.includes('Remove Token'));
    assert.ok(!withToken.includes('Create Token'));
  });

  it('offers another port only when the port is taken', () => {
    assert.ok(!labels({ ...failed, taken: false }).includes('Use Another Port…'));
  });

  it('puts the remedies first, with the problem in one short sentence', () => {
    const [first, second] = menuItems(running(problem), CONTEXT);
    assert.equal(first!.detail, 'The Claude CLI was not found.');
    assert.match(first!.label, /Install…/);
    assert.match(second!.label, /Choose Program…/);
    assert.match(
      statusView(running(problem)).tooltip,
      /was not found\. \[Install…\]\(command:claudeOllama\.installCli\) · \[Choose Program…\]/,
    );
  });

  it('shows who pays and what was used today beside Show Activity, if it is known', () => {
    const detail = (status: Status, context: MenuContext) =>
      menuItems(status, context).find(({ label }) => label.endsWith('Show Activity'))?.detail;
    const today = { ...NO_USAGE, requests: 3 };
    assert.equal(
      detail(running({ ...ready, payer: 'Claude Max plan' }), { ...CONTEXT, today }),
      'Paid by Claude Max plan · today 3 requests · 0 tokens in, 0 out',
    );
    assert.equal(detail(running(ready), CONTEXT), undefined);
  });
});

describe('menuPlaceholder', () => {
  it('describes the state', () => {
    assert.equal(menuPlaceholder(failed), 'Port 11434 is in use');
    assert.equal(menuPlaceholder(running(ready)), 'Running on port 11434, in the folder shop');
    const other = { ...elsewhere, folder: '/code/other' };
    assert.equal(menuPlaceholder(other), 'Another window is serving port 11434, in the folder other');
    assert.equal(menuPlaceholder(elsewhere), 'Another window is serving port 11434');
  });
});
