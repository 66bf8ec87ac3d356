import assert from 'node:assert/strict';
import {
  newProcessTag,
  pidsWithEntryInListing,
  TAG_VARIABLE,
} from '../../../../src/claude/process/leftoverProcesses.js';

const TAG = newProcessTag(41);
const ENTRY = `${TAG_VARIABLE}=${TAG}`;

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
