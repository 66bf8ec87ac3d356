// The tests that wine cannot run. `npm test -- --wine` fails when one of them passes: then its entry must go.

const LINKS = 'wine reports that it created a symbolic link, and creates none';
const GIT = 'Git for Windows is not installed there: no npm package has it';
const BUILD = 'the build needs esbuild for Windows, and node_modules has that for Linux';
const POWERSHELL =
  "wine's PowerShell does nothing; the processes that a dead CLI has left are looked up with PowerShell";

/**
 * @typedef {object} Exception
 * @property {string} suite
 * @property {RegExp} tests matches the full titles of the tests, and of no other test
 * @property {string} reason
 */

/** @type {readonly Exception[]} */
export const EXCEPTIONS = [
  {
    suite: 'unit',
    tests: /^realPath (resolves .*\blink\b|returns undefined for a loop of links)/,
    reason: LINKS,
  },
  {
    suite: 'unit',
    tests: /^the workspace lane decides "ask \w+" about \S+ when \S+ is a link to /,
    reason: LINKS,
  },
  {
    suite: 'unit',
    tests: /^the workspace lane denies Glob through a folder with a name that looks like a pattern$/,
    reason: LINKS,
  },
  {
    suite: 'unit',
    tests:
      /^the workspace lane (denies reading a file whose folder has|leaves out) instructions.* that lead outside/,
    reason: LINKS,
  },
  {
    suite: 'unit',
    tests: /^the workspace lane asks before a change of the common folder of a worktree /,
    reason: GIT,
  },
  { suite: 'unit', tests: /^ignoredFiles returns /, reason: GIT },
  {
    suite: 'unit',
    tests: /^shareableFiles (selects the files in|skips files that look secret|skips all files of a folder)/,
    reason: GIT,
  },
  { suite: 'e2e', tests: /^the npm package "before all" hook /, reason: BUILD },
  {
    suite: 'windows',
    tests: /^an MCP server of the user on Windows ends when (its CLI process|the server) is killed$/,
    reason: POWERSHELL,
  },
];
