// A window without an open folder.
import assert from 'node:assert/strict';
import { readlinkSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { retry } from '../host/retry.mjs';
import { answerOf, STATUS_ITEM } from '../packagedEditor.mjs';

/** How often a folder is added to the window. */
const TRIES = 2;

/**
 * @param {import('../packagedEditor.mjs').PackagedEditor} editor
 * @returns {import('../report.mjs').Step[]}
 */
export function noFolder(editor) {
  const { page, workbench, port } = editor;
  /** Empty while the window reloads. */
  const modelNames = () =>
    fetch(`${editor.base}/api/tags`).then(
      async (response) =>
        (await response.json()).models?.map((/** @type {{ name: string }} */ { name }) => name) ?? [],
      () => [],
    );
  const processFolders = () =>
    editor.processes().flatMap((pid) => {
      try {
        return [readlinkSync(`/proc/${pid}/cwd`)];
      } catch {
        // The process no longer exists.
        return [];
      }
    });
  return [
    [
      'answers in a private empty folder',
      async () => {
        await editor.openWithoutFolder();
        await editor.untilStatus(new RegExp(`Claude :${port}`));
        assert.equal(await answerOf(await editor.chat('say: nowhere')), 'nowhere');
        await workbench.statusItem(STATUS_ITEM).locator('a').first().hover();
        const tooltip = page.locator('.workbench-hover', { hasText: 'Claude Ollama' });
        await tooltip.waitFor();
        const folder = /Folder: (.+)/.exec(await tooltip.innerText())?.[1] ?? '';
        assert.match(folder, /claude-ollama-server.+no-folder$/);
        assert.equal(statSync(folder).mode & 0o777, 0o700);
      },
    ],
    [
      'lists no workspace model',
      async () => {
        const names = await modelNames();
        assert.ok(names.length > 0);
        assert.deepEqual(
          names.filter((/** @type {string} */ name) => name.endsWith(':workspace')),
          [],
        );
      },
    ],
    [
      'runs Claude in a folder that is added to the window',
      async () => {
        await mkdir(join(editor.workspace, 'src'));
        const isListed = (/** @type {readonly string[]} */ names) =>
          names.some((name) => name.endsWith(':workspace'));
        // A busy editor sometimes opens the new workspace without the folder that was added.
        await retry(TRIES, async () => {
          await workbench.chooseFolder(
            'Workspaces: Add Folder to Workspace...',
            editor.workspace,
            'src',
            'Add',
          );
          await workbench.until('models', modelNames, isListed);
        });
        assert.equal(await answerOf(await editor.chat('say: somewhere')), 'somewhere');
        const read = { name: 'Read', input: { file_path: 'notes.txt' } };
        await writeFile(join(editor.workspace, 'notes.txt'), 'From the folder.\n');
        assert.match(await answerOf(await editor.workspaceChat([read])), /From the folder/);
        // The processes of the window without a folder may still be stopping.
        await workbench.until(
          'the folders of the processes',
          () => [...new Set(processFolders())].join(),
          (folders) => folders === editor.workspace,
        );
      },
    ],
  ];
}
