/** The edit that the user is shown for approval is the edit that the real CLI then makes. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../src/core/json.js';
import { editedPath, proposedEdit } from '../../src/vscode/permissions/proposedEdit.js';
import { textReply, toolReply } from '../standin/server.js';
import { answerOf, never, request, startCliRig, user } from '../support/cliRig.js';

const CART = 'a = 1\nb = 2\na = 1\n';
const NOTEBOOK = JSON.stringify({
  cells: [
    { cell_type: 'code', id: 'one', metadata: {}, outputs: [], execution_count: null, source: ['x = 1'] },
  ],
  metadata: { language_info: { name: 'python' } },
  nbformat: 4,
  nbformat_minor: 5,
});

const EDITS: readonly (readonly [name: string, before: string, tool: string, input: JsonObject])[] = [
  ['once.txt', CART, 'Edit', { old_string: 'b = 2\n', new_string: 'b = $& 3  \n' }],
  ['all.txt', CART, 'Edit', { old_string: 'a = 1', new_string: 'c', replace_all: true }],
  ['gone.txt', CART, 'Edit', { old_string: 'b = 2', new_string: '' }],
  ['crlf.txt', CART.replaceAll('\n', '\r\n'), 'Edit', { old_string: 'b = 2\na', new_string: 'b = 3\na' }],
  ['write.txt', CART, 'Write', { content: 'new\nfile' }],
  ['cells.ipynb', NOTEBOOK, 'NotebookEdit', { cell_id: 'one', new_source: 'x = 2' }],
];

describe('a proposed edit', function () {
  this.timeout(60_000);

  it('shows the file as the CLI then writes it', async () => {
    const shown = new Map<string, string>();
    const rig = await startCliRig({
      workspace: {
        permissions: 'ask',
        askPermission: async ({ tool, input }) => {
          const path = editedPath(tool, input)!;
          shown.set(path, proposedEdit(tool, input, await readFile(path, 'utf8')).after);
          return 'once';
        },
      },
    });
    try {
      const file = (name: string): string => join(rig.environment.workspace, name);
      for (const [index, [name, before, tool, input]] of EDITS.entries()) {
        await writeFile(file(name), before);
        const field = tool === 'NotebookEdit' ? 'notebook_path' : 'file_path';
        rig.standIn.reply(
          toolReply({ id: `toolu_read${index}`, name: 'Read', input: { file_path: file(name) } }),
          toolReply({ id: `toolu_edit${index}`, name: tool, input: { [field]: file(name), ...input } }),
        );
      }
      rig.standIn.reply(textReply('done'));
      await answerOf(rig.backend.chat(request([user('go')], { lane: 'workspace' }), never()));
      for (const [name] of EDITS) {
        const text = (await readFile(file(name), 'utf8')).replaceAll('\r\n', '\n');
        const written = name.endsWith('.ipynb')
          ? [(JSON.parse(text) as { cells: [{ source: string | string[] }] }).cells[0].source].flat().join('')
          : text;
        assert.equal(shown.get(file(name)), written, name);
      }
    } finally {
      await rig.close();
    }
  });
});
