import assert from 'node:assert/strict';
import { CHAT_ARGUMENTS, childEnvironment, workspaceArguments } from '../../../../src/claude/cli/launch.js';
import {
  carriersInListing,
  MARK_VARIABLE,
  newMark,
  ownedInListing,
  ownedProcess,
} from '../../../../src/claude/process/leftoverProcesses.js';

const MARK = newMark(41);
const OURS = `${MARK_VARIABLE}=${MARK}`;

describe('a process of the CLI that its program has left behind', () => {
  for (const [lane, args] of [
    ['chat', CHAT_ARGUMENTS],
    ['workspace', workspaceArguments('ask', ['/code/more'])],
  ] as const) {
    it(`is known by its arguments and by its program's id in its environment (${lane} lane)`, () => {
      const env = childEnvironment({ HOME: '/home/me', [MARK_VARIABLE]: MARK }, '/code', 'app/1', lane);
      const entries = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      assert.deepEqual(ownedProcess(7, ['/bin/claude', ...args], entries), { pid: 7, owner: 41 });
    });
  }

  it('is not a CLI that somebody else has started', () => {
    assert.equal(ownedProcess(7, ['/bin/claude', ...CHAT_ARGUMENTS], ['HOME=/home/me']), undefined);
  });

  it('is not a command that the CLI runs, which inherits the environment', () => {
    assert.equal(ownedProcess(7, ['/bin/sh', '-c', 'sleep 100'], [OURS]), undefined);
    assert.equal(ownedProcess(7, ['claude', '-p', '--input-format', 'text'], [OURS]), undefined);
  });

  it('is not one whose environment only mentions the variable', () => {
    const words = ['claude', ...CHAT_ARGUMENTS];
    for (const entry of [
      `X=${OURS}`,
      `X${OURS}`,
      `${OURS}/x`,
      `${MARK_VARIABLE}=`,
      `${MARK_VARIABLE}=41`,
      `${MARK_VARIABLE}=-1.a`,
    ]) {
      assert.equal(ownedProcess(7, words, [entry]), undefined, entry);
    }
  });

  it('is found in a listing of processes with their environments', () => {
    const listing = [
      '    1 /sbin/launchd',
      `  501 /usr/local/bin/claude ${CHAT_ARGUMENTS.join(' ')} HOME=/Users/me ${OURS} PWD=/Users/me/my code`,
      `  502 /bin/zsh -c sleep 100 HOME=/Users/me ${OURS}`,
      ` 5003 node cli.js --output-format stream-json --input-format stream-json --verbose ${MARK_VARIABLE}=42.b-1`,
      '  504 claude --input-format stream-json HOME=/Users/me',
      '',
    ].join('\n');
    assert.deepEqual(ownedInListing(listing), [
      { pid: 501, owner: 41 },
      { pid: 5003, owner: 42 },
    ]);
    assert.deepEqual(ownedInListing(''), []);
  });
});

describe('what a CLI has left behind', () => {
  it('is known by the mark of that CLI, which no other has', () => {
    const other = newMark(41);
    assert.notEqual(other, MARK);
    const listing = [
      `  501 /bin/zsh -c sleep 100 HOME=/Users/me ${OURS} PWD=/code`,
      `  502 /bin/zsh -c sleep 100 HOME=/Users/me ${MARK_VARIABLE}=${other}`,
      `  503 sleep 100 ${OURS}x`,
      ` 5004 sleep 100 ${OURS}`,
      '  505 sleep 100',
    ].join('\n');
    assert.deepEqual(carriersInListing(listing, OURS), [501, 5004]);
    assert.deepEqual(carriersInListing('', OURS), []);
  });
});
