/** What a process of the workspace lane reads once, when it starts: a conversation must not begin with an older state. */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Instructions, in the folder and in those above it. */
const INSTRUCTIONS = ['CLAUDE.md', 'CLAUDE.local.md', '.claude/CLAUDE.md', '.claude/rules'];
const SETTINGS = ['.claude/settings.json', '.claude/settings.local.json', '.claude/agents', '.mcp.json'];
/** The branch, and what was committed last. */
const GIT = ['.git/HEAD', '.git/logs/HEAD'];
const OF_PERSON = ['CLAUDE.md', 'settings.json', 'rules', 'agents'];

/**
 * A string that changes with these files.
 * @param folder where the CLI runs, absolute
 * @param configFolder where the CLI keeps what is the person's, absolute
 */
export async function projectState(folder: string, configFolder: string): Promise<string> {
  const files = [
    ...[folder, ...foldersAbove(folder)].flatMap((one) => INSTRUCTIONS.map((name) => join(one, name))),
    ...[...SETTINGS, ...GIT].map((name) => join(folder, name)),
    ...OF_PERSON.map((name) => join(configFolder, name)),
  ];
  return (await Promise.all(files.map(stamp))).join(' ');
}

function foldersAbove(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [] : [above, ...foldersAbove(above)];
}

async function stamp(path: string): Promise<string> {
  const file = await stat(path).catch(() => undefined);
  return file === undefined ? '-' : `${file.size}:${file.mtimeMs}`;
}
