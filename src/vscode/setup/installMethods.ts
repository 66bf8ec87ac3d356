/** The documented methods of installing the Claude CLI. Pure. */
import { t } from '../platform/localize.js';

export interface InstallMethod {
  readonly label: string;
  /** To run in a terminal. */
  readonly command: string;
  /** The shell of the terminal; `undefined` for the user's default shell. */
  readonly shell?: string;
}

/** The page that documents the methods. */
export const INSTALL_DOCS = 'https://code.claude.com/docs/en/setup';

const NPM: InstallMethod = { label: 'npm', command: 'npm install -g @anthropic-ai/claude-code' };
/** PowerShell would start the script `npm.ps1` for `npm`, which its default execution policy blocks. */
const NPM_ON_WINDOWS: InstallMethod = { ...NPM, command: NPM.command.replace('npm', 'npm.cmd') };
const HOMEBREW: InstallMethod = { label: 'Homebrew', command: 'brew install --cask claude-code' };
const SCRIPT: InstallMethod = {
  label: t("Claude's Installer"),
  command: 'curl -fsSL https://claude.ai/install.sh | bash',
};

const WINDOWS: readonly InstallMethod[] = [
  {
    label: t("Claude's Installer"),
    command: 'irm https://claude.ai/install.ps1 | iex',
    shell: 'powershell.exe',
  },
  { label: 'WinGet', command: 'winget install Anthropic.ClaudeCode' },
  NPM_ON_WINDOWS,
];

/** The recommended method first. */
export function installMethods(platform: NodeJS.Platform): readonly InstallMethod[] {
  if (platform === 'win32') return WINDOWS;
  return platform === 'darwin' ? [SCRIPT, HOMEBREW, NPM] : [SCRIPT, NPM];
}
