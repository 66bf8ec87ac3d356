/**
 * The frame that `npm start` and `npm run vscode` print when the CLI is not signed in.
 * @param {string} command to run again after the sign-in
 */
export function cannedBanner(command) {
  const lines = [
    'THE ANSWERS ARE CANNED. This is not Claude.',
    '',
    'The Claude CLI is not signed in, so a stand-in for the model answers',
    'behind the real CLI. To talk to Claude: run "claude auth login"',
    `(or set ANTHROPIC_API_KEY), then ${command} again.`,
  ];
  const width = Math.max(...lines.map((line) => line.length));
  const edge = '═'.repeat(width + 2);
  return [`╔${edge}╗`, ...lines.map((line) => `║ ${line.padEnd(width)} ║`), `╚${edge}╝`].join('\n');
}
