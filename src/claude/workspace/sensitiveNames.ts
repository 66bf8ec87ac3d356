/** Names of files and folders that programs obey. Pure. */
import type { Sensitivity } from '../../core/permission.js';

/** The sensitivities that a name alone can have. */
export type NamedSensitivity = Extract<Sensitivity, 'git' | 'settings'>;

/** A change to one of these can start programs, or change what they are allowed to do. */
const SETTINGS_FOLDERS = new Set(['.claude', '.vscode', '.idea', '.devcontainer', '.husky']);
const SETTINGS_FILES = new Set([
  '.mcp.json',
  '.claude.json',
  '.bashrc',
  '.bash_profile',
  '.bash_login',
  '.bash_logout',
  '.profile',
  '.zshrc',
  '.zshenv',
  '.zprofile',
  '.zlogin',
  '.zlogout',
  '.cshrc',
  '.tcshrc',
  '.kshrc',
  '.login',
  '.logout',
  'config.fish',
  '.envrc',
  '.ripgreprc',
]);
const GIT_FILES = new Set(['.gitconfig', '.gitmodules', '.gitattributes']);

/**
 * The sensitivity of a path by the names of its parts.
 * @param parts the parts of the path, from the outermost folder to the file
 */
export function sensitivityOfName(parts: readonly string[]): NamedSensitivity | undefined {
  // Some file systems ignore case, or drop dots, spaces and stream names (`:stream`) at the end of a name.
  const names = parts.map((part) => withoutEnd(part.toLowerCase().split(':', 1)[0]!));
  const file = names.at(-1) ?? '';
  if (names.includes('.git') || GIT_FILES.has(file)) return 'git';
  const settings =
    names.some((name) => SETTINGS_FOLDERS.has(name)) ||
    SETTINGS_FILES.has(file) ||
    file.endsWith('.code-workspace');
  return settings ? 'settings' : undefined;
}

/** Without a pattern, whose time would grow with the square of the dots: the name may be one of the model's. */
function withoutEnd(name: string): string {
  let end = name.length;
  while (name[end - 1] === '.' || name[end - 1] === ' ') end -= 1;
  return name.slice(0, end);
}

/** The files with instructions that the CLI reads from a folder, relative to it. */
export const INSTRUCTION_FILES: readonly string[] = ['CLAUDE.md', 'CLAUDE.local.md', '.claude/CLAUDE.md'];
