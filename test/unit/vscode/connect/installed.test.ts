import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addedLines } from '../../../../src/vscode/connect/addedLines.js';
import { CLIENTS } from '../../../../src/vscode/connect/clients.js';
import { installedClients, isOnPath } from '../../../../src/vscode/connect/installed.js';
import { pickItems } from '../../../../src/vscode/connect/pickItems.js';

describe('installedClients', () => {
  it('finds extensions and programs', async () => {
    const found = await installedClients(CLIENTS, {
      hasExtension: (id) => id === 'continue.continue',
      hasProgram: (name) => Promise.resolve(name === 'aider'),
    });
    assert.deepEqual(
      found.map(({ id }) => id),
      ['continue', 'aider'],
    );
  });
});

describe('isOnPath', () => {
  it('finds only files that may be run', async function () {
    if (process.platform === 'win32') this.skip();
    const folder = await mkdtemp(join(tmpdir(), 'path-'));
    try {
      const file = join(folder, 'tool');
      await writeFile(file, '');
      const env = { PATH: `/no/such/folder:${folder}` };
      await chmod(file, 0o600);
      // The superuser may read every file, but may run only those that somebody may run.
      assert.equal(await isOnPath('tool', env, 'linux'), false);
      await chmod(file, 0o700);
      assert.equal(await isOnPath('tool', env, 'linux'), true);
      assert.equal(await isOnPath('other', env, 'linux'), false);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('pickItems', () => {
  const labels = (installed: readonly string[]) =>
    pickItems(
      CLIENTS,
      CLIENTS.filter(({ id }) => installed.includes(id)),
    ).map((item) => ('client' in item ? item.label : `# ${item.label}`));

  it('lists what is installed first, and each other client once under its group', () => {
    const list = labels(['curl', 'continue']);
    assert.deepEqual(list.slice(0, 4), ['# Installed', 'Continue', 'curl', '# Editors and Extensions']);
    const clients = list.filter((label) => !label.startsWith('#'));
    assert.equal(clients.length, CLIENTS.length);
    assert.equal(new Set(clients).size, CLIENTS.length);
  });

  it('has each group once, and no heading for what is not installed', () => {
    assert.deepEqual(
      labels([]).filter((label) => label.startsWith('#')),
      ['# Editors and Extensions', '# Applications', '# Terminal', '# Your Own Programs'],
    );
  });
});

describe('addedLines', () => {
  it('finds the lines that were added in the middle, at the start and at the end', () => {
    assert.deepEqual(addedLines('a\nd\n', 'a\nb\nc\nd\n'), { first: 1, last: 2 });
    assert.deepEqual(addedLines('b\n', 'a\nb\n'), { first: 0, last: 0 });
    assert.deepEqual(addedLines('a', 'a\nb'), { first: 1, last: 1 });
  });

  it('finds a replaced line, and everything in a new file', () => {
    assert.deepEqual(addedLines('a\nb\nc', 'a\nB\nc'), { first: 1, last: 1 });
    assert.deepEqual(addedLines('', 'a\nb\n'), { first: 0, last: 1 });
  });

  it('stays in the text when lines were only removed', () => {
    assert.deepEqual(addedLines('a\nb\n', 'a\n'), { first: 1, last: 1 });
  });
});
