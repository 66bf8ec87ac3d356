// Run Diagnostics, with a working setup and with a broken one.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * @param {import('../packagedEditor.mjs').PackagedEditor} editor
 * @returns {import('../report.mjs').Step[]}
 */
export function diagnostics(editor) {
  const { page, workbench } = editor;
  const report = async () => {
    const lines = await page.locator('.editor-instance .view-line').allInnerTexts();
    // The editor wraps long lines: compare without white space.
    return lines.join('').replace(/\s/g, '');
  };
  const untilReport = (/** @type {RegExp} */ pattern) =>
    workbench.until('the report', report, (text) => pattern.test(text));
  return [
    [
      'reports no problem for a working setup, with a test chat',
      async () => {
        await workbench.pick(
          'Claude Ollama: Run Diagnostics',
          'Check Everything and Ask Claude for One Word',
        );
        const text = await untilReport(/\*\*Chat\*\*/);
        assert.doesNotMatch(text, /✗/);
        assert.match(text, /✓\*\*Chat\*\*:Claudeanswered/);
      },
    ],
    [
      'reports the problem of a broken setup',
      async () => {
        const file = join(editor.userData, 'Machine', 'settings.json');
        const settings = JSON.parse(await readFile(file, 'utf8'));
        const path = '/no/such/claude';
        await writeFile(file, JSON.stringify({ ...settings, 'claudeOllama.claudePath': path }));
        await workbench.until(
          'the problem',
          () => workbench.statusItem(editor.statusItem).locator('.codicon-warning').count(),
          (count) => count > 0,
        );
        await workbench.pick('Claude Ollama: Run Diagnostics', 'Check Everything');
        const text = await untilReport(/✗/);
        assert.match(text, /✗\*\*ClaudeCLI\*\*:Thesetting"claudeOllama\.claudePath"is"\/no\/such\/claude"/);
        await editor.screenshot('diagnostics');
      },
    ],
  ];
}
