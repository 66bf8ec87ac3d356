/** How the CLI is started. Pure. Nothing of a request is in here: requests travel over stdin only. */
import { posix, win32 } from 'node:path';
import type { Lane } from '../../core/chat.js';
import type { WorkspacePermissions } from '../../core/permission.js';

/** The oldest CLI that has everything the driver relies on. */
export const MINIMUM_VERSION = '2.1.248';

/** The name under which the client's own tools are offered to the CLI. */
export const CLIENT_TOOLS_SERVER = 'client';

const STREAMS: readonly string[] = [
  '--output-format',
  'stream-json',
  '--input-format',
  'stream-json',
  '--verbose',
  '--include-partial-messages',
];

/** No commands, nothing stored, and no mode that a settings file asks for: what may be done is decided here. */
const RULES: readonly string[] = [
  '--disable-slash-commands',
  '--no-session-persistence',
  '--permission-mode',
  'default',
  '--allowedTools',
  `mcp__${CLIENT_TOOLS_SERVER}`,
];

/**
 * Arguments of the chat lane: no tools of the CLI's own, no project files, no hooks, no commands, nothing
 * stored. `--safe-mode` with `--setting-sources user` is what keeps every way of signing in while a
 * repository's settings have no effect.
 */
export const CHAT_ARGUMENTS: readonly string[] = [
  ...STREAMS,
  '--tools',
  '',
  '--safe-mode',
  '--setting-sources',
  'user',
  '--strict-mcp-config',
  ...RULES,
];

/** Tools that look and change nothing. */
export const READING_TOOLS: readonly string[] = ['Read', 'Grep', 'Glob'];

/** Tools that change one file, which their input names. */
export const EDITING_TOOLS: readonly string[] = ['Edit', 'Write', 'NotebookEdit'];

/** By the name of today and by the one that it had. */
export const SUBAGENT_TOOLS: readonly string[] = ['Agent', 'Task'];

/**
 * What else helps at work in a folder. Left out is what outlives an answer (schedules, background work, worktrees),
 * what needs a terminal to talk to the person, and what changes the rules of the session. Names that a version of the
 * CLI does not know are no error to it.
 */
const WORKING_TOOLS: readonly string[] = [
  ...SUBAGENT_TOOLS,
  'Bash',
  'WebFetch',
  'WebSearch',
  'TodoWrite',
  'TaskCreate',
  'TaskGet',
  'TaskList',
  'TaskUpdate',
];

/**
 * Arguments of the workspace lane: the CLI as it is in a terminal in that folder, as far as tools go that the permissions
 * have a use for. Who may only look gets no MCP servers either: nothing of theirs could be used.
 * @param moreFolders further folders to work in, absolute
 */
export function workspaceArguments(
  permissions: WorkspacePermissions,
  moreFolders: readonly string[],
): readonly string[] {
  const looksOnly = permissions === 'readOnly';
  const tools = looksOnly ? READING_TOOLS : [...READING_TOOLS, ...EDITING_TOOLS, ...WORKING_TOOLS];
  return [
    ...STREAMS,
    '--tools',
    tools.join(','),
    '--setting-sources',
    'user,project,local',
    ...(looksOnly ? ['--strict-mcp-config'] : []),
    ...RULES,
    '--permission-prompt-tool',
    'stdio',
    ...moreFolders.flatMap((folder) => ['--add-dir', folder]),
  ];
}

/**
 * Variables that describe the process that started us, not the person's set-up: of a surrounding Claude
 * session (one of them makes the CLI exit without a word), of the editor, and ones that load code into runtimes. And the
 * one that decides how the client's tools are told from the CLI's.
 */
const NOT_INHERITED =
  /^(CLAUDECODE|CLAUDE_CODE_(ENTRYPOINT|SSE_PORT|SESSION_ID|CHILD_SESSION|SIMPLE|EXECPATH)|CLAUDE_(EFFORT|PID)|CLAUDE_AGENT_SDK_MCP_NO_PREFIX|NODE_OPTIONS|BUN_OPTIONS|ELECTRON_.*|VSCODE_.*)$/i;

/** Only the client's tools are there, under the names that it gave them, and nothing is shortened on the way. */
const CHAT_VARIABLES: Readonly<Record<string, string>> = {
  CLAUDE_AGENT_SDK_MCP_NO_PREFIX: '1',
  MAX_MCP_OUTPUT_TOKENS: '100000000',
  // `@path` in a prompt is text, and history is never rewritten behind the client's back.
  CLAUDE_CODE_DISABLE_ATTACHMENTS: '1',
  DISABLE_AUTO_COMPACT: '1',
};

/** `@path` is text here, too. Nothing goes on behind an answer that is complete. */
const WORKSPACE_VARIABLES: Readonly<Record<string, string>> = {
  CLAUDE_CODE_DISABLE_FILE_MENTIONS: '1',
  CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
};

/**
 * The environment of a process of that lane.
 * @param base the environment of the person: PATH, HOME, proxies, credentials
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
    // A refused connection or a failing API is told to the client after about nine seconds, not after minutes.
    CLAUDE_CODE_MAX_RETRIES: '4',
    ...environment,
    PWD: folder,
    // The client's tools are shown to the model all of them, and whole.
    ENABLE_TOOL_SEARCH: 'false',
    CLAUDE_CODE_MAX_MCP_DESCRIPTION_LENGTH: '1000000',
    CLAUDE_CODE_MCP_AUTO_BACKGROUND_MS: '0',
    DISABLE_AUTOUPDATER: '1',
    ...(lane === 'chat' ? CHAT_VARIABLES : WORKSPACE_VARIABLES),
    CLAUDE_AGENT_SDK_CLIENT_APP: app,
  };
}

/** Three numbers out of `claude --version`, or `undefined`. */
export function parseVersion(output: string): string | undefined {
  return /(\d+)\.(\d+)\.(\d+)/.exec(output)?.[0];
}

/** Whether dotted `version` is at least dotted `minimum`. */
export function isAtLeast(version: string, minimum: string): boolean {
  const left = version.split('.').map(Number);
  const right = minimum.split('.').map(Number);
  for (let i = 0; i < right.length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/**
 * The folders of a PATH that may hold the CLI: absolute ones outside the folders that are open, which could plant a
 * program.
 */
export function searchableFolders(
  path: string,
  open: readonly string[],
  platform: NodeJS.Platform,
): string[] {
  const separator = platform === 'win32' ? ';' : ':';
  const slash = platform === 'win32' ? '\\' : '/';
  const absolute = platform === 'win32' ? /^[a-z]:[\\/]|^\\\\/i : /^\//;
  const fold = (folder: string): string => {
    const paths = platform === 'win32' ? win32 : posix;
    const trimmed = paths.normalize(folder).replace(/[\\/]+$/, '');
    return platform === 'win32' ? trimmed.toLowerCase() : trimmed;
  };
  const roots = open.map(fold).filter((root) => root !== '');
  const isOpen = (folder: string): boolean =>
    roots.some((root) => fold(folder) === root || fold(folder).startsWith(root + slash));
  return path
    .split(separator)
    .map((folder) => folder.replace(/^"(.*)"$/, '$1'))
    .filter((folder) => absolute.test(folder) && !isOpen(folder));
}
