/** Subagents that work in a worktree of their own, which creates a branch of the repository. Pure, given `WorkspacePaths`. */
import type { ToolUse, WorkspacePaths } from './toolPaths.js';

/** The front matter of a definition (a Markdown file), up to its end. */
const FRONT_MATTER = /^\uFEFF?---\r?\n([^]*?)\r?\n---/;

/**
 * Whether a call starts a subagent in a worktree: because its input says so, or the definition of the subagent.
 * Definitions that the reader cannot list, such as those of plugins, are not found.
 */
export async function isolatedSubagent({ input }: ToolUse, paths: WorkspacePaths): Promise<boolean> {
  if (input['isolation'] !== undefined) return true;
  const type = input['subagent_type'];
  if (typeof type !== 'string') return false;
  const texts = await paths.agentDefinitions();
  return texts.some((text) => {
    const frontMatter = FRONT_MATTER.exec(text)?.[1] ?? '';
    if (!/^isolation[ \t]*:/m.test(frontMatter)) return false;
    const name = (/^name[ \t]*:(.*)$/m.exec(frontMatter)?.[1] ?? '').trim().replaceAll(/^["']|["']$/g, '');
    return name === '' || name.toLowerCase() === type.toLowerCase();
  });
}
