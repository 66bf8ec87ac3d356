import assert from 'node:assert/strict';
import { CHAT_ARGUMENTS, childEnvironment, workspaceArguments } from '../../../../src/claude/cli/launch.js';
import {
  newProcessTag,
  parseTaggedCli,
  pidsWithEntryInListing,
  TAG_VARIABLE,
  taggedClisInListing,
} from '../../../../src/claude/process/leftoverProcesses.js';

const TAG = newProcessTag(41);
const ENTRY = `${TAG_VARIABLE}=${TAG}`;

describe('parseTaggedCli', () => {
  for (const [lane, args] of [
    ['chat', CHAT_ARGUMENTS],
    ['workspace', workspaceArguments('ask', ['/code/more'])],
  ] as const) {
    it(`recognizes a CLI process by its arguments and its tag (${lane} lane)`, () => {
      const env = childEnvironment({ HOME: '/home/me', [TAG_VARIABLE]: TAG }, '/code', 'app/1', lane);
      const entries = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      assert.deepEqual(parseTaggedCli(7, ['/bin/claude', ...args], entries), { pid: 7, serverPid: 41 });
    });
  }

  it('ignores a CLI without a tag', () => {
    assert.equal(parseTaggedCli(7, ['/bin/claude', ...CHAT_ARGUMENTS], ['HOME=/home/me']), undefined);
  });

  it('ignores commands of the CLI, which inherit the tag', () => {
    assert.equal(parseTaggedCli(7, ['/bin/sh', '-c', 'sleep 100'], [ENTRY]), undefined);
    assert.equal(parseTaggedCli(7, ['claude', '-p', '--input-format', 'text'], [ENTRY]), undefined);
  });

  it('ignores an environment without a valid tag', () => {
    const words = ['claude', ...CHAT_ARGUMENTS];
    for (const entry of [
      `X=${ENTRY}`,
      `X${ENTRY}`,
      `${ENTRY}/x`,
      `${TAG_VARIABLE}=`,
      `${TAG_VARIABLE}=41`,
      `${TAG_VARIABLE}=-1.a`,
    ]) {
      assert.equal(parseTaggedCli(7, words, [entry]), undefined, entry);
    }
  });
});

describe('taggedClisInListing', () => {
  it('finds tagged CLI processes in a listing of arguments and environments', () => {
    const listing = [
      '    1 /sbin/launchd',
      `  501 /usr/local/bin/claude ${CHAT_ARGUMENTS.join(' ')} HOME=/Users/me ${ENTRY} PWD=/Users/me/my code`,
      `  502 /bin/zsh -c sleep 100 HOME=/Users/me ${ENTRY}`,
      ` 5003 node cli.js --output-format stream-json --input-format stream-json --verbose ${TAG_VARIABLE}=42.b-1`,
      '  504 claude --input-format stream-json HOME=/Users/me',
      '',
    ].join('\n');
    assert.deepEqual(taggedClisInListing(listing), [
      { pid: 501, serverPid: 41 },
      { pid: 5003, serverPid: 42 },
    ]);
    assert.deepEqual(taggedClisInListing(''), []);
  });
});

describe('pidsWithEntryInListing', () => {
  it('finds the processes with the tag of one CLI process', () => {
    const other = newProcessTag(41);
    assert.notEqual(other, TAG);
    const listing = [
      `  501 /bin/zsh -c sleep 100 HOME=/Users/me ${ENTRY} PWD=/code`,
      `  502 /bin/zsh -c sleep 100 HOME=/Users/me ${TAG_VARIABLE}=${other}`,
      `  503 sleep 100 ${ENTRY}x`,
      ` 5004 sleep 100 ${ENTRY}`,
      '  505 sleep 100',
    ].join('\n');
    assert.deepEqual(pidsWithEntryInListing(listing, ENTRY), [501, 5004]);
    assert.deepEqual(pidsWithEntryInListing('', ENTRY), []);
  });
});
