import assert from 'node:assert/strict';
import {
  noteDescendants,
  parsePsTable,
  stillRunning,
  type ListedProcess,
  type NotedProcess,
} from '../../../../src/claude/process/notedDescendants.js';

/** As `ps -A -o pid=,ppid=,pgid=,lstart=` of macOS prints it. */
const MACOS = `    1     0     1 Sun Nov 30 08:15:02 2025    \x20
  612     1   612 Sun Nov 30 08:16:41 2025    \x20
 4100   612   612 Mon Dec  1 09:01:10 2025    \x20
 4200  4100   612 Mon Dec  1 09:01:12 2025    \x20
 4201  4100  4201 Mon Dec  1 09:01:20 2025    \x20
 4202  4201  4201 Mon Dec  1 09:01:20 2025    \x20
15999   612   612 Mon Dec  1 09:00:00 2025    \x20
`;
/** VS Code's extension host, the CLI, its MCP server, the shell of a command, and a program of that shell. */
const [HOST, CLI, SERVER, SHELL, PROGRAM] = [612, 4100, 4200, 4201, 4202];
const TABLE = parsePsTable(MACOS);

const pidsOf = (rows: readonly { readonly pid: number }[]): number[] =>
  rows.map(({ pid }) => pid).sort((a, b) => a - b);

/** The table after these have exited: the system gives their children to process 1. */
function without(exited: readonly number[], table: readonly ListedProcess[] = TABLE): ListedProcess[] {
  return table
    .filter(({ pid }) => !exited.includes(pid))
    .map((row) => (exited.includes(row.parent) ? { ...row, parent: 1 } : row));
}

describe('parsePsTable', () => {
  it('reads each process with its parent, group and start time', () => {
    assert.equal(TABLE.length, 7);
    assert.deepEqual(TABLE[2], { pid: CLI, parent: HOST, group: HOST, startTime: 'Mon Dec 1 09:01:10 2025' });
  });

  it('skips what is no row', () => {
    assert.deepEqual(parsePsTable('  PID  PPID  PGID STARTED\n\n 1 0 1\n'), []);
  });
});

describe('noteDescendants', () => {
  it('notes everything below the CLI, and the groups that the CLI does not share with other programs', () => {
    const noted = noteDescendants(CLI, [], TABLE);
    assert.deepEqual(
      noted.map(({ pid, group }) => [pid, group]),
      [
        [SERVER, undefined],
        [SHELL, SHELL],
        [PROGRAM, SHELL],
      ],
    );
  });

  it('keeps a process whose parent has exited, and forgets one that has exited', () => {
    const noted = noteDescendants(CLI, [], TABLE);
    assert.deepEqual(pidsOf(noteDescendants(CLI, noted, without([SHELL]))), [SERVER, PROGRAM]);
  });

  it('keeps what was noted when the CLI is not in the table', () => {
    const noted = noteDescendants(CLI, [], TABLE);
    for (const table of [[], without([CLI])]) assert.equal(noteDescendants(CLI, noted, table), noted);
  });
});

describe('stillRunning', () => {
  const noted = noteDescendants(CLI, [], TABLE);
  const row = (pid: number, parent: number, group: number, startTime = 'later'): ListedProcess => ({
    pid,
    parent,
    group,
    startTime,
  });

  it('finds the shell and the program that a dead CLI has left', () => {
    assert.deepEqual(pidsOf(stillRunning(noted, without([CLI]))), [SERVER, SHELL, PROGRAM]);
  });

  it('finds what they have started since, also in their group after its parent has exited', () => {
    const table = [...without([CLI]), row(4300, SHELL, 4300), row(4301, 1, SHELL), row(4302, 4301, 4302)];
    assert.deepEqual(pidsOf(stillRunning(noted, table)), [SERVER, SHELL, PROGRAM, 4300, 4301, 4302]);
  });

  it('leaves the group of the CLI alone, which is that of the editor', () => {
    assert.deepEqual(pidsOf(stillRunning(noted, TABLE)).includes(15_999), false);
    assert.deepEqual(pidsOf(stillRunning(noted, without([CLI]))).includes(HOST), false);
  });

  const reused: Readonly<Record<string, readonly NotedProcess[]>> = {
    'with the id of a noted one that started at another time': [
      { pid: SHELL, startTime: 'Mon Dec 1 08:00:00 2025', group: SHELL },
    ],
    'in a group with the id of a noted one of which no member runs': [
      { pid: 9000, startTime: 'Mon Dec 1 09:01:20 2025', group: SHELL },
    ],
  };
  for (const [what, earlier] of Object.entries(reused)) {
    it(`leaves a process alone ${what}`, () => {
      assert.deepEqual(stillRunning(earlier, TABLE), []);
    });
  }
});
