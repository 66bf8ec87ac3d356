/** Detects changes of the files that a workspace process reads only when it starts. */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Read from the folder and from every folder above it. */
const INSTRUCTIONS = ['CLAUDE.md', 'CLAUDE.local.md', '.claude/CLAUDE.md', '.claude/rules'];
const PROJECT_SETTINGS = [
  '.claude/settings.json',
  '.claude/settings.local.json',
  '.claude/agents',
  '.mcp.json',
];
/** The current branch and the latest commit. */
const GIT = ['.git/HEAD', '.git/logs/HEAD'];
const USER_SETTINGS = ['CLAUDE.md', 'settings.json', 'rules', 'agents'];

/**
 * A string that changes whenever one of these files changes. A process that was started with another value must not begin
 * a conversation.
 * @param folder where the CLI runs, absolute
 * @param configFolder the CLI's configuration folder (`CLAUDE_CONFIG_DIR`), absolute
 */
export async function projectState(folder: string, configFolder: string): Promise<string> {
  const files = [
    ...[folder, ...foldersAbove(folder)].flatMap((each) => INSTRUCTIONS.map((name) => join(each, name))),
    ...[...PROJECT_SETTINGS, ...GIT].map((name) => join(folder, name)),
    ...USER_SETTINGS.map((name) => join(configFolder, name)),
  ];
  return (await Promise.all(files.map(fileState))).join(' ');
}

function foldersAbove(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [] : [above, ...foldersAbove(above)];
}

async function fileState(path: string): Promise<string> {
  const file = await stat(path).catch(() => undefined);
  return file === undefined ? '-' : `${file.size}:${file.mtimeMs}`;
}
