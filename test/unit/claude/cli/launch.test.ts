import assert from 'node:assert/strict';
import {
  CHAT_ARGUMENTS,
  childEnvironment,
  isAtLeast,
  parseVersion,
  searchableFolders,
  workspaceArguments,
} from '../../../../src/claude/cli/launch.js';
import { watchdogCommand } from '../../../../src/claude/process/watchdog.js';

describe('the command line of the chat lane', () => {
  it('gives the CLI no tools, no project settings, no commands and no permissions', () => {
    const after = (flag: string): string | undefined => CHAT_ARGUMENTS[CHAT_ARGUMENTS.indexOf(flag) + 1];
    assert.equal(after('--tools'), '');
    assert.equal(after('--setting-sources'), 'user');
    assert.equal(after('--permission-mode'), 'default');
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

describe('the command line of the workspace lane', () => {
  const after = (args: readonly string[], flag: string): string | undefined => args[args.indexOf(flag) + 1];

  it('gives the CLI the tools that the permissions have a use for', () => {
    assert.equal(after(workspaceArguments('readOnly', []), '--tools'), 'Read,Grep,Glob');
    for (const permissions of ['ask', 'acceptEdits'] as const) {
      const tools = after(workspaceArguments(permissions, []), '--tools')?.split(',') ?? [];
      for (const tool of ['Read', 'Edit', 'Write', 'Bash', 'Agent']) assert.ok(tools.includes(tool), tool);
    }
  });

  it('loads what is the person’s and the project’s, and servers where more than reading is allowed', () => {
    for (const permissions of ['readOnly', 'ask', 'acceptEdits'] as const) {
      const args = workspaceArguments(permissions, []);
      assert.equal(after(args, '--setting-sources'), 'user,project,local');
      assert.ok(!args.includes('--safe-mode'));
      assert.equal(args.includes('--strict-mcp-config'), permissions === 'readOnly');
    }
  });

  it('never gives away the decision what may be done', () => {
    for (const permissions of ['readOnly', 'ask', 'acceptEdits'] as const) {
      const args = workspaceArguments(permissions, ['/more']);
      assert.equal(after(args, '--permission-mode'), 'default');
      assert.equal(after(args, '--permission-prompt-tool'), 'stdio');
      assert.equal(after(args, '--allowedTools'), 'mcp__client');
      assert.ok(args.includes('--disable-slash-commands') && args.includes('--no-session-persistence'));
      assert.ok(!args.some((argument) => /dangerously|bypass|acceptEdits/i.test(argument)));
    }
  });

  it('has every further folder', () => {
    assert.deepEqual(workspaceArguments('ask', ['/a', '/b c']).slice(-4), [
      '--add-dir',
      '/a',
      '--add-dir',
      '/b c',
    ]);
  });
});

describe('the environment of the CLI', () => {
  const person = {
    PATH: '/bin',
    HOME: '/home/a',
    HTTPS_PROXY: 'http://p',
    ANTHROPIC_API_KEY: 'k',
    CLAUDE_CONFIG_DIR: '/c',
  };

  it('keeps what is the person’s', () => {
    const env = childEnvironment(person, '/code', 'app/1');
    for (const [name, value] of Object.entries(person)) assert.equal(env[name], value);
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
    it(`leaves ${name} out`, () => {
      assert.ok(!(name in childEnvironment({ ...person, [name]: 'x' }, '/code', 'app/1')));
    });
  }

  it('does not let the person switch the reading of files in prompts on', () => {
    const env = childEnvironment({ ...person, CLAUDE_CODE_DISABLE_ATTACHMENTS: '0' }, '/code', 'app/1');
    assert.equal(env['CLAUDE_CODE_DISABLE_ATTACHMENTS'], '1');
  });

  it('shortens no history behind the client’s back, but lets Claude at work do so', () => {
    assert.equal(childEnvironment(person, '/code', 'app/1')['DISABLE_AUTO_COMPACT'], '1');
    assert.ok(!('DISABLE_AUTO_COMPACT' in childEnvironment(person, '/code', 'app/1', 'workspace')));
  });

  it('keeps files in prompts text, the client’s tools apart and nothing going on behind an answer at work, too', () => {
    const meant = {
      CLAUDE_CODE_DISABLE_FILE_MENTIONS: '0',
      CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '0',
      CLAUDE_AGENT_SDK_MCP_NO_PREFIX: '1',
    };
    const env = childEnvironment({ ...person, ...meant }, '/code', 'app/1', 'workspace');
    assert.equal(env['CLAUDE_CODE_DISABLE_FILE_MENTIONS'], '1');
    assert.equal(env['CLAUDE_CODE_DISABLE_BACKGROUND_TASKS'], '1');
    assert.ok(!('CLAUDE_AGENT_SDK_MCP_NO_PREFIX' in env));
  });

  it('lets the person decide how often the CLI tries again', () => {
    assert.equal(
      childEnvironment({ CLAUDE_CODE_MAX_RETRIES: '9' }, '/w', 'a')['CLAUDE_CODE_MAX_RETRIES'],
      '9',
    );
  });
});

describe('versions', () => {
  it('are read from what the CLI prints', () => {
    assert.equal(parseVersion('2.1.330 (Claude Code)\n'), '2.1.330');
    assert.equal(parseVersion('command not found'), undefined);
  });

  for (const [version, minimum, expected] of [
    ['2.1.248', '2.1.248', true],
    ['2.1.247', '2.1.248', false],
    ['2.1.1000', '2.1.248', true],
    ['2.0.999', '2.1.248', false],
    ['3.0.0', '2.1.248', true],
  ] as const) {
    it(`${version} is ${expected ? '' : 'not '}at least ${minimum}`, () => {
      assert.equal(isAtLeast(version, minimum), expected);
    });
  }
});

describe('folders of PATH', () => {
  it('that are relative or inside the workspace are not searched', () => {
    const path = '/usr/bin:.:node_modules/.bin:/code/project:/code/project/bin::/code/project-tools/bin';
    assert.deepEqual(searchableFolders(path, ['/code/project'], 'linux'), [
      '/usr/bin',
      '/code/project-tools/bin',
    ]);
  });

  it('are none of any folder that is open', () => {
    const path = '/code/b/bin:/usr/bin:/code/a:/code/c/bin:/code/ab/bin';
    assert.deepEqual(searchableFolders(path, ['/code/a', '/code/b', '/code/c/'], 'linux'), [
      '/usr/bin',
      '/code/ab/bin',
    ]);
    assert.deepEqual(searchableFolders('/usr/bin:/bin', [], 'linux'), ['/usr/bin', '/bin']);
  });

  it('are told apart on Windows without regard to case, slashes and quotes', () => {
    const path = 'C:\\Windows;"C:\\Program Files\\x";tools;c:/Work/Project/bin;D:\\Work\\Project';
    assert.deepEqual(searchableFolders(path, ['C:\\work\\project\\'], 'win32'), [
      'C:\\Windows',
      'C:\\Program Files\\x',
      'D:\\Work\\Project',
    ]);
  });
});

describe('the guardian', () => {
  it('needs only a shell where there is one', () => {
    assert.equal(watchdogCommand('linux', '/node').file, '/bin/sh');
    assert.equal(watchdogCommand('darwin', '/node').file, '/bin/sh');
  });

  it('is the editor’s own Node on Windows', () => {
    const { file, env } = watchdogCommand('win32', 'C:\\code.exe');
    assert.equal(file, 'C:\\code.exe');
    assert.equal(env['ELECTRON_RUN_AS_NODE'], '1');
  });
});
