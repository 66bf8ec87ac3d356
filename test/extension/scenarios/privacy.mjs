// What is said between a client and Claude is in no file of the editor's.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answerOf } from '../packagedEditor.mjs';

const CANARY = {
  prompt: 'canary-of-a-prompt-91b7',
  system: 'canary-of-a-system-prompt-91b7',
  file: 'canary-of-a-file-91b7',
};

/** @returns {[string, () => Promise<void>][]} */
export function privacy(editor) {
  const { page, workbench, model } = editor;

  async function ask(name, content, token) {
    const response = await fetch(`${editor.base}/api/chat`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({
        model: name,
        messages: [
          { role: 'system', content: CANARY.system },
          { role: 'user', content },
        ],
      }),
    });
    assert.equal(response.status, 200);
    return answerOf(response);
  }

  /** Files of the editor in which one of the texts stands. What vanishes meanwhile is left out. */
  async function filesWith(texts) {
    const entries = await readdir(editor.root, { recursive: true, withFileTypes: true });
    const found = [];
    let looked = 0;
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      // The folder that Claude works in is the person's own.
      if (!entry.isFile() || path.startsWith(editor.folder)) continue;
      const bytes = await readFile(path).catch(() => Buffer.alloc(0));
      looked += 1;
      const held = texts.filter((text) => bytes.includes(text));
      if (held.length > 0) found.push(`${path}: ${held.join()}`);
    }
    assert.ok(looked > 10, `only ${looked} files`);
    return found;
  }

  return [
    [
      'leaves nothing of a conversation, of the token and of the API key in the log and in other files of the editor, in both lanes',
      async () => {
        await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
        await page.evaluate(() => navigator.clipboard.writeText(''));
        await workbench.run('Claude Ollama: Create Token');
        const token = await workbench.until(
          'the clipboard',
          () => page.evaluate(() => navigator.clipboard.readText()),
          (text) => text.length > 32,
        );
        const before = model.requests.length;
        const logged = (await editor.output()).length;
        await writeFile(join(editor.folder, 'notes.md'), `${CANARY.file}\n`);
        const read = JSON.stringify([{ name: 'Read', input: { file_path: 'notes.md' } }]);
        const answers = [
          await ask('claude-sonnet', `say: ${CANARY.prompt} is the answer`, token),
          await ask('claude-sonnet:workspace', `do: ${read}\n${CANARY.prompt}`, token),
        ];
        assert.ok(answers[0].includes(CANARY.prompt) && answers[1].includes(CANARY.file));
        const told = model.requests.slice(before);
        assert.ok(told.length >= 3);
        assert.ok(told.every(({ raw }) => raw.includes(CANARY.system) && raw.includes(CANARY.prompt)));
        const apiKey = model.env.ANTHROPIC_API_KEY;
        assert.ok(told.every(({ headers }) => headers['x-api-key'] === apiKey));
        const lines = async () => (await editor.output()).slice(logged);
        await workbench.until('the log', lines, (text) =>
          /sonnet:latest[^]*sonnet:workspace.*tokens out/.test(text),
        );
        assert.deepEqual(await filesWith([...Object.values(CANARY), token, apiKey]), []);
        await workbench.run('Claude Ollama: Remove Token');
        await workbench.until('access without a token', editor.isOpen, Boolean);
      },
    ],
  ];
}
