import assert from 'node:assert/strict';
import { CHAT_ARGUMENTS, childEnvironment, workspaceArguments } from '../../../../src/claude/cli/launch.js';

describe('CHAT_ARGUMENTS', () => {
  it('give the CLI no tools, project settings, commands or permissions', () => {
    const valueOf = (flag: string): string | undefined => CHAT_ARGUMENTS[CHAT_ARGUMENTS.indexOf(flag) + 1];
    assert.equal(valueOf('--tools'), '');
    assert.equal(valueOf('--setting-sources'), 'user');
    assert.equal(valueOf('--permission-mode'), 'default');
    for (const flag of [
      '--safe-mode',
      '--strict-mcp-config',
      '--disable-slash-commands',
      '--no-session-persistence',
    ]) {
      assert.ok(CHAT_ARGUMENTS.includes(flag), flag);
    }
    assert.ok(!CHAT_ARGUMENTS.some((argument) => /dangerously|bypass/i.test(argument)));
  });
});

describe('workspaceArguments', () => {
  const valueOf = (args: readonly string[], flag: string): string | undefined => args[args.indexOf(flag) + 1];

  it('gives the CLI only the tools that the permissions can allow', () => {
    assert.equal(valueOf(workspaceArguments('readOnly', []), '--tools'), 'Read,Grep,Glob');
    for (const permissions of ['ask', 'acceptEdits'] as const) {
      const tools = valueOf(workspaceArguments(permissions, []), '--tools')?.split(',') ?? [];
      for (const tool of ['Read', 'Edit', 'Write', 'Bash', 'PowerShell', 'Agent'])
        assert.ok(tools.includes(tool), tool);
    }
  });

  it('loads user and project settings, and MCP servers unless read-only', () => {
    for (const permissions of ['readOnly', 'ask', 'acceptEdits'] as const) {
      const args = workspaceArguments(permissions, []);
      assert.equal(valueOf(args, '--setting-sources'), 'user,project,local');
      assert.ok(!args.includes('--safe-mode'));
      assert.equal(args.includes('--strict-mcp-config'), permissions === 'readOnly');
    }
  });

  it('never lets the CLI decide on permissions alone', () => {
    for (const permissions of ['readOnly', 'ask', 'acceptEdits'] as const) {
      const args = workspaceArguments(permissions, ['/more']);
      assert.equal(valueOf(args, '--permission-mode'), 'default');
      assert.equal(valueOf(args, '--permission-prompt-tool'), 'stdio');
      assert.equal(valueOf(args, '--allowedTools'), 'mcp__client');
      assert.ok(args.includes('--disable-slash-commands') && args.includes('--no-session-persistence'));
      assert.ok(!args.some((argument) => /dangerously|bypass|acceptEdits/i.test(argument)));
    }
  });

  it('adds every further folder of the workspace', () => {
    assert.deepEqual(workspaceArguments('ask', ['/a', '/b c']).slice(-4), [
      '--add-dir',
      '/a',
      '--add-dir',
      '/b c',
    ]);
  });
});

describe('childEnvironment', () => {
  const userEnvironment = {
    PATH: '/bin',
    HOME: '/home/a',
    HTTPS_PROXY: 'http://p',
    ANTHROPIC_API_KEY: 'k',
    CLAUDE_CONFIG_DIR: '/c',
  };

  it('keeps the user’s variables', () => {
    const env = childEnvironment(userEnvironment, '/code', 'app/1');
    for (const [name, value] of Object.entries(userEnvironment)) assert.equal(env[name], value);
    assert.equal(env['PWD'], '/code');
    assert.equal(env['CLAUDE_AGENT_SDK_CLIENT_APP'], 'app/1');
  });

  for (const name of [
    'CLAUDECODE',
    'CLAUDE_CODE_ENTRYPOINT',
    'CLAUDE_CODE_SSE_PORT',
    'CLAUDE_CODE_SIMPLE',
    'CLAUDE_EFFORT',
    'NODE_OPTIONS',
    'BUN_OPTIONS',
    'ELECTRON_RUN_AS_NODE',
    'VSCODE_IPC_HOOK',
  ]) {
    it(`does not pass ${name} on`, () => {
      assert.ok(!(name in childEnvironment({ ...userEnvironment, [name]: 'x' }, '/code', 'app/1')));
    });
  }

  it('keeps attachments by @path disabled in the chat lane, even if the user enabled them', () => {
    const env = childEnvironment(
      { ...userEnvironment, CLAUDE_CODE_DISABLE_ATTACHMENTS: '0' },
      '/code',
      'app/1',
    );
    assert.equal(env['CLAUDE_CODE_DISABLE_ATTACHMENTS'], '1');
  });

  it('disables automatic compaction in the chat lane only', () => {
    assert.equal(childEnvironment(userEnvironment, '/code', 'app/1')['DISABLE_AUTO_COMPACT'], '1');
    assert.ok(!('DISABLE_AUTO_COMPACT' in childEnvironment(userEnvironment, '/code', 'app/1', 'workspace')));
  });

  it('disables file mentions and background tasks and keeps the MCP prefix in the workspace lane', () => {
    const overrides = {
      CLAUDE_CODE_DISABLE_FILE_MENTIONS: '0',
      CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '0',
      CLAUDE_AGENT_SDK_MCP_NO_PREFIX: '1',
    };
    const env = childEnvironment({ ...userEnvironment, ...overrides }, '/code', 'app/1', 'workspace');
    assert.equal(env['CLAUDE_CODE_DISABLE_FILE_MENTIONS'], '1');
    assert.equal(env['CLAUDE_CODE_DISABLE_BACKGROUND_TASKS'], '1');
    assert.ok(!('CLAUDE_AGENT_SDK_MCP_NO_PREFIX' in env));
  });

  it('keeps the user’s number of retries', () => {
    assert.equal(
      childEnvironment({ CLAUDE_CODE_MAX_RETRIES: '9' }, '/w', 'a')['CLAUDE_CODE_MAX_RETRIES'],
      '9',
    );
  });
});
