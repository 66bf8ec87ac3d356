/** How the CLI is started. Pure. Nothing of a request is in here: requests travel over stdin only. */

/** The oldest CLI that has everything the driver relies on. */
export const MINIMUM_VERSION = '2.1.248';

/** The name under which the client's own tools are offered to the CLI. */
export const CLIENT_TOOLS_SERVER = 'client';

/**
 * Arguments of the chat lane: no tools of the CLI's own, no project files, no hooks, no commands, nothing
 * stored. `--safe-mode` with `--setting-sources user` is what keeps every way of signing in while a
 * repository's settings have no effect.
 */
export const CHAT_ARGUMENTS: readonly string[] = [
  '--output-format',
  'stream-json',
  '--input-format',
  'stream-json',
  '--verbose',
  '--include-partial-messages',
  '--tools',
  '',
  '--safe-mode',
  '--setting-sources',
  'user',
  '--strict-mcp-config',
  '--disable-slash-commands',
  '--no-session-persistence',
  '--permission-mode',
  'default',
  '--allowedTools',
  `mcp__${CLIENT_TOOLS_SERVER}`,
];

/**
 * Variables that describe the process that started us, not the person's set-up: of a surrounding Claude
 * session (one of them makes the CLI exit without a word), of the editor, and ones that load code into runtimes.
 */
const NOT_INHERITED =
  /^(CLAUDECODE|CLAUDE_CODE_(ENTRYPOINT|SSE_PORT|SESSION_ID|CHILD_SESSION|SIMPLE|EXECPATH)|CLAUDE_(EFFORT|PID)|NODE_OPTIONS|BUN_OPTIONS|ELECTRON_.*|VSCODE_.*)$/i;

/**
 * The environment of a chat-lane process.
 * @param base the environment of the person: PATH, HOME, proxies, credentials
 * @param folder the working directory, absolute
 * @param app `name/version`, shown in the CLI's User-Agent
 */
export function childEnvironment(
  base: Readonly<Record<string, string | undefined>>,
  folder: string,
  app: string,
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
    // Tools keep the names that the client gave them, all of them are shown to the model, whole, and their
    // results come back unshortened.
    CLAUDE_AGENT_SDK_MCP_NO_PREFIX: '1',
    ENABLE_TOOL_SEARCH: 'false',
    MAX_MCP_OUTPUT_TOKENS: '100000000',
    CLAUDE_CODE_MAX_MCP_DESCRIPTION_LENGTH: '1000000',
    CLAUDE_CODE_MCP_AUTO_BACKGROUND_MS: '0',
    // `@path` in a prompt is text, and history is never rewritten behind the client's back.
    CLAUDE_CODE_DISABLE_ATTACHMENTS: '1',
    DISABLE_AUTO_COMPACT: '1',
    DISABLE_AUTOUPDATER: '1',
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

/** The folders of a PATH that may hold the CLI: absolute ones outside the workspace, which could plant a program. */
export function searchableFolders(path: string, workspace: string, platform: NodeJS.Platform): string[] {
  const separator = platform === 'win32' ? ';' : ':';
  const absolute = platform === 'win32' ? /^[a-z]:[\\/]|^\\\\/i : /^\//;
  const fold = (folder: string): string => {
    const trimmed = folder.replace(/[\\/]+$/, '');
    return platform === 'win32' ? trimmed.toLowerCase().replaceAll('/', '\\') : trimmed;
  };
  const root = fold(workspace);
  const slash = platform === 'win32' ? '\\' : '/';
  return path
    .split(separator)
    .map((folder) => folder.replace(/^"(.*)"$/, '$1'))
    .filter((folder) => absolute.test(folder))
    .filter((folder) => root === '' || (fold(folder) !== root && !fold(folder).startsWith(root + slash)));
}
