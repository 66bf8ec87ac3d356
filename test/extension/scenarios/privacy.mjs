// Prompts, answers, tokens and API keys are in no file that the editor writes.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answerOf } from '../packagedEditor.mjs';

const CANARY = {
  prompt: 'canary-of-a-prompt-91b7',
  system: 'canary-of-a-system-prompt-91b7',
  file: 'canary-of-a-file-91b7',
};

/**
 * @param {import('../packagedEditor.mjs').PackagedEditor} editor
 * @returns {import('../report.mjs').Step[]}
 */
export function privacy(editor) {
  const { page, workbench, model } = editor;

  async function chat(
    /** @type {string} */ modelName,
    /** @type {string} */ content,
    /** @type {string | undefined} */ token,
  ) {
    const response = await fetch(`${editor.base}/api/chat`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({
        model: modelName,
        messages: [
          { role: 'system', content: CANARY.system },
          { role: 'user', content },
        ],
      }),
    });
    assert.equal(response.status, 200);
    return answerOf(response);
  }

  /** Files of the editor that contain one of the texts. Files that are deleted meanwhile are skipped. */
  async function filesWith(/** @type {readonly string[]} */ texts) {
    const entries = await readdir(editor.root, { recursive: true, withFileTypes: true });
    const matches = [];
    let filesRead = 0;
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      // The open folder belongs to the user, not to the editor.
      if (!entry.isFile() || path.startsWith(editor.folder)) continue;
      const bytes = await readFile(path).catch(() => Buffer.alloc(0));
      filesRead += 1;
      const contained = texts.filter((/** @type {string} */ text) => bytes.includes(text));
      if (contained.length > 0) matches.push(`${path}: ${contained.join()}`);
    }
    assert.ok(filesRead > 10, `only ${filesRead} files`);
    return matches;
  }

  return [
    [
      'writes no part of a conversation, no token and no API key to the log or to other files, in both lanes',
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
        const logLength = (await editor.output()).length;
        await writeFile(join(editor.folder, 'notes.md'), `${CANARY.file}\n`);
        const read = JSON.stringify([{ name: 'Read', input: { file_path: 'notes.md' } }]);
        const answers = [
          await chat('claude-sonnet', `say: ${CANARY.prompt} is the answer`, token),
          await chat('claude-sonnet:workspace', `do: ${read}\n${CANARY.prompt}`, token),
        ];
        assert.ok(answers[0]?.includes(CANARY.prompt) && answers[1]?.includes(CANARY.file));
        const requests = model.requests.slice(before);
        assert.ok(requests.length >= 3);
        assert.ok(requests.every(({ raw }) => raw.includes(CANARY.system) && raw.includes(CANARY.prompt)));
        const apiKey = model.env.ANTHROPIC_API_KEY;
        assert.ok(requests.every(({ headers }) => headers['x-api-key'] === apiKey));
        const newLines = async () => (await editor.output()).slice(logLength);
        await workbench.until('the log', newLines, (text) =>
          /sonnet:latest[^]*sonnet:workspace.*tokens out/.test(text),
        );
        assert.deepEqual(await filesWith([...Object.values(CANARY), token ?? '', apiKey ?? '']), []);
        await workbench.run('Claude Ollama: Remove Token');
        await workbench.until('access without a token', editor.isOpen, Boolean);
      },
    ],
  ];
}
