/** The documented ways to install the Claude CLI. Pure. */

export interface InstallWay {
  readonly label: string;
  /** What runs in a terminal. */
  readonly command: string;
  /** The terminal's program; `undefined`: the person's own shell. */
  readonly shell?: string;
}

/** The page that the ways are from. */
export const INSTALL_DOCS = 'https://code.claude.com/docs/en/setup';

const NPM: InstallWay = { label: 'npm', command: 'npm install -g @anthropic-ai/claude-code' };
const BREW: InstallWay = { label: 'Homebrew', command: 'brew install --cask claude-code' };
const SCRIPT: InstallWay = {
  label: "Claude's Installer",
  command: 'curl -fsSL https://claude.ai/install.sh | bash',
};

const WINDOWS: readonly InstallWay[] = [
  {
    label: "Claude's Installer",
    command: 'irm https://claude.ai/install.ps1 | iex',
    shell: 'powershell.exe',
  },
  { label: 'WinGet', command: 'winget install Anthropic.ClaudeCode' },
  NPM,
];

/** Best first. */
export function installWays(platform: NodeJS.Platform): readonly InstallWay[] {
  if (platform === 'win32') return WINDOWS;
  return platform === 'darwin' ? [SCRIPT, BREW, NPM] : [SCRIPT, NPM];
}
