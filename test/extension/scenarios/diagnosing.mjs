// Diagnose, on a set-up that is in order and on one that is not.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** @returns {[string, () => Promise<void>][]} */
export function diagnosing(editor) {
  const { page, workbench } = editor;
  const report = async () => {
    const lines = await page.locator('.editor-instance .view-line').allInnerTexts();
    // Long lines are wrapped wherever there is an end of something.
    return lines.join('').replace(/\s/g, '');
  };
  const untilReport = (pattern) => workbench.until('the report', report, (text) => pattern.test(text));
  return [
    [
      'finds everything in order, a chat included',
      async () => {
        await workbench.pick('Claude Ollama: Diagnose', 'Check Everything and Ask Claude for One Word');
        const text = await untilReport(/\*\*Chat\*\*/);
        assert.doesNotMatch(text, /✗/);
        assert.match(text, /✓\*\*Chat\*\*:Claudeanswered/);
      },
    ],
    [
      'tells what is wrong with a broken set-up, and what to do, without the home folder',
      async () => {
        const file = join(editor.userData, 'Machine', 'settings.json');
        const settings = JSON.parse(await readFile(file, 'utf8'));
        const path = '/no/such/claude';
        await writeFile(file, JSON.stringify({ ...settings, 'claudeOllama.claudePath': path }));
        await workbench.until(
          'the problem',
          () => workbench.statusItem(editor.item).locator('.codicon-warning').count(),
          (count) => count > 0,
        );
        await workbench.pick('Claude Ollama: Diagnose', 'Check Everything');
        const text = await untilReport(/✗/);
        assert.match(text, /✗\*\*ClaudeCLI\*\*:thesetting"claudeOllama\.claudePath"is"\/no\/such\/claude"/);
        await editor.shot('diagnose');
      },
    ],
  ];
}
