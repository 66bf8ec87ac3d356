/**
 * Command line and environment of the Claude CLI. Pure. Neither contains anything from a request: requests are sent over
 * stdin only.
 */
import type { Lane } from '../../core/chat.js';
import type { WorkspacePermissions } from '../../core/permission.js';

/** The MCP server name under which the client's tools are offered to the CLI. */
export const CLIENT_TOOLS_SERVER = 'client';

const STREAM_ARGUMENTS: readonly string[] = [
  '--output-format',
  'stream-json',
  '--input-format',
  'stream-json',
  '--verbose',
  '--include-partial-messages',
];

/**
 * No slash commands and no stored sessions. The permission mode is fixed, so that a settings file cannot choose another
 * one: the permission gate decides.
 */
const RESTRICTION_ARGUMENTS: readonly string[] = [
  '--disable-slash-commands',
  '--no-session-persistence',
  '--permission-mode',
  'default',
  '--allowedTools',
  `mcp__${CLIENT_TOOLS_SERVER}`,
];

/**
 * Arguments of the chat lane: no built-in tools, project files, hooks or commands, and nothing is stored.
 * `--safe-mode` with `--setting-sources user` keeps every way of signing in and ignores the settings of a repository.
 */
export const CHAT_ARGUMENTS: readonly string[] = [
  ...STREAM_ARGUMENTS,
  '--tools',
  '',
  '--safe-mode',
  '--setting-sources',
  'user',
  '--strict-mcp-config',
  ...RESTRICTION_ARGUMENTS,
];

/** Built-in tools that change nothing. */
export const READING_TOOLS: readonly string[] = ['Read', 'Grep', 'Glob'];

/** Built-in tools that change exactly one file, named in their input. */
export const EDITING_TOOLS: readonly string[] = ['Edit', 'Write', 'NotebookEdit'];

/** Built-in tools that run a command of a shell. */
export const SHELL_TOOLS: readonly string[] = ['Bash', 'PowerShell'];

/** The tool that starts a subagent; older CLIs call it `Task`. */
export const SUBAGENT_TOOLS: readonly string[] = ['Agent', 'Task'];

/**
 * The other built-in tools of the workspace lane. Excluded are tools whose effect outlasts the answer (schedules,
 * background tasks, worktrees), tools that need a terminal, and tools that change the session's permissions. The CLI
 * ignores names that it does not know.
 */
const OTHER_WORKSPACE_TOOLS: readonly string[] = [
  ...SUBAGENT_TOOLS,
  ...SHELL_TOOLS,
  'WebFetch',
  'WebSearch',
  'TodoWrite',
  'TaskCreate',
  'TaskGet',
  'TaskList',
  'TaskUpdate',
];

/**
 * Arguments of the workspace lane: the CLI with the user's and the project's settings, limited to the tools that the
 * permissions can allow. With `readOnly` no MCP server is started, because none of its tools could be used.
 * @param moreFolders further folders of a multi-root workspace, absolute
 */
export function workspaceArguments(
  permissions: WorkspacePermissions,
  moreFolders: readonly string[],
): readonly string[] {
  const readOnly = permissions === 'readOnly';
  const tools = readOnly ? READING_TOOLS : [...READING_TOOLS, ...EDITING_TOOLS, ...OTHER_WORKSPACE_TOOLS];
  return [
    ...STREAM_ARGUMENTS,
    '--tools',
    tools.join(','),
    '--setting-sources',
    'user,project,local',
    ...(readOnly ? ['--strict-mcp-config'] : []),
    ...RESTRICTION_ARGUMENTS,
    '--permission-prompt-tool',
    'stdio',
    ...moreFolders.flatMap((folder) => ['--add-dir', folder]),
  ];
}

/**
 * Variables that describe the process which started this one rather than the user's environment: those of a surrounding
 * Claude session (one of them makes the CLI exit silently), those of the editor, and those that load code into runtimes.
 * `CLAUDE_AGENT_SDK_MCP_NO_PREFIX` is set below, depending on the lane.
 */
const NOT_INHERITED =
  /^(CLAUDECODE|CLAUDE_CODE_(ENTRYPOINT|SSE_PORT|SESSION_ID|CHILD_SESSION|SIMPLE|EXECPATH)|CLAUDE_(EFFORT|PID)|CLAUDE_AGENT_SDK_MCP_NO_PREFIX|NODE_OPTIONS|BUN_OPTIONS|ELECTRON_.*|VSCODE_.*)$/i;

/** The client's tools keep their own names, because there are no others, and no tool result is truncated. */
const CHAT_VARIABLES: Readonly<Record<string, string>> = {
  CLAUDE_AGENT_SDK_MCP_NO_PREFIX: '1',
  MAX_MCP_OUTPUT_TOKENS: '100000000',
  // `@path` in a prompt stays text, and the client's history is never compacted.
  CLAUDE_CODE_DISABLE_ATTACHMENTS: '1',
  DISABLE_AUTO_COMPACT: '1',
};

/** `@path` in a prompt stays text, and no background task continues after the answer is complete. */
const WORKSPACE_VARIABLES: Readonly<Record<string, string>> = {
  CLAUDE_CODE_DISABLE_FILE_MENTIONS: '1',
  CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
};

/**
 * The environment of a CLI process.
 * @param base the user's environment: PATH, HOME, proxies, credentials
 * @param folder the working directory, absolute
 * @param app `name/version`, shown in the CLI's User-Agent
 */
export function childEnvironment(
  base: Readonly<Record<string, string | undefined>>,
  folder: string,
  app: string,
  lane: Lane = 'chat',
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (value !== undefined && !NOT_INHERITED.test(name)) environment[name] = value;
  }
  return {
    // The client learns of a refused connection or a failing API after about nine seconds instead of minutes.
    CLAUDE_CODE_MAX_RETRIES: '4',
    ...environment,
    PWD: folder,
    // The model sees all of the client's tools at once, with their full descriptions.
    ENABLE_TOOL_SEARCH: 'false',
    CLAUDE_CODE_MAX_MCP_DESCRIPTION_LENGTH: '1000000',
    CLAUDE_CODE_MCP_AUTO_BACKGROUND_MS: '0',
    DISABLE_AUTOUPDATER: '1',
    // Older versions (2.1.275) ask a small model for a title of each conversation, which the user pays for.
    CLAUDE_CODE_DISABLE_TERMINAL_TITLE: '1',
    ...(lane === 'chat' ? CHAT_VARIABLES : WORKSPACE_VARIABLES),
    CLAUDE_AGENT_SDK_CLIENT_APP: app,
  };
}
