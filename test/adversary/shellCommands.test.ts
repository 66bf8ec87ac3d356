/**
 * Commands of a hostile model that read outside of the folder, through links, patterns and options. The user is asked about
 * each, whatever the settings of the user and of the project allow, and the model gets nothing from outside.
 */
import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PermissionRequest } from '../../src/core/permission.js';
import { messageReply, textReply, type ToolUseBlock } from '../standin/server.js';
import { answerOf, never, request, startCliRig, user, type CliRig } from '../support/cliRig.js';

const CANARY = 'canary-behind-a-link-91c3';

const COMMANDS = [
  'cat docs/l*/.ssh/id*',
  'cat docs/link/.ssh/id_test',
  'grep -R canary .',
  'grep -Rn canary docs',
  'grep -r canary docs/link/',
  'rg -L canary docs',
  'rg --follow canary',
  'rg -uuL canary docs',
  'cd docs/l* && cat .ssh/id_test',
  'cd docs/link; cat .ssh/id_test',
  'cat .?/.?/secrets/.ssh/id_test',
  'head -c 100 docs/lin[k]/.ssh/id_test',
  'tail docs/{link,x}/.ssh/id_test',
  'wc -c docs/link/.ssh/*',
  'ls docs/link/.ssh',
  'ls -RL docs',
  'find -L docs -name "id*"',
  'find docs/link/ -type f',
  'diff -r docs empty',
  'diff left right',
  'diff left right/key',
  'diff left/key right/key',
  'cmp left/key right/key',
  'cat ./left/key',
  'sort docs/link/.ssh/id_test',
  'cat $(echo docs/link/.ssh/id_test)',
  'cat < docs/link/.ssh/id_test',
  'cat ../secrets/.ssh/id_test',
  'cat "docs/link/.ssh/id_test"',
  "cat 'docs'/link/.ssh/id_test",
  'cat docs/link/../link/.ssh/id_test',
  'cat file-link',
  'base64 file-link',
  'strings docs/link/.ssh/id_test',
  'git diff --no-index empty/a docs/link/.ssh/id_test',
  'stat -L docs/link',
  'du -L docs',
  'cut -c 1-80 file-link',
  'echo docs/link/.ssh/*',
  'jq -R . file-link',
  'xxd file-link',
];

/** Rules that would allow every command. */
const PERMISSIVE = {
  permissions: { allow: ['Bash', 'Bash(*)', 'Read', 'Grep', 'Glob'], defaultMode: 'bypassPermissions' },
  disableAllHooks: true,
};
/** In this mode the CLI calls no hooks. */
const SIMPLE = { ...PERMISSIVE, env: { CLAUDE_CODE_SIMPLE: '1' } };

for (const [settings, description] of [
  [undefined, 'without settings'],
  [PERMISSIVE, 'with settings that allow everything and disable hooks'],
  [SIMPLE, 'with settings that allow everything and switch to the simple mode'],
] as const) {
  describe(`a shell command in the workspace lane, ${description}`, function () {
    this.timeout(180_000);
    let rig: CliRig;
    let asked: PermissionRequest[];

    before(async () => {
      asked = [];
      rig = await startCliRig({
        workspace: {
          permissions: 'acceptEdits',
          askPermission: (question) => {
            asked.push(question);
            return Promise.resolve('deny');
          },
        },
      });
      const { root, workspace } = rig.environment;
      for (const folder of ['secrets/.ssh']) await mkdir(join(root, folder), { recursive: true });
      for (const folder of ['docs', 'empty', 'left', 'right', '.claude', 'src'])
        await mkdir(join(workspace, folder));
      await writeFile(join(root, 'secrets/.ssh/id_test'), `${CANARY}\n`);
      await writeFile(join(workspace, 'src/a.txt'), 'inside\n');
      await symlink(join(root, 'secrets'), join(workspace, 'docs/link'));
      for (const link of ['file-link', 'left/key']) {
        await symlink(join(root, 'secrets/.ssh/id_test'), join(workspace, link));
      }
      await writeFile(join(workspace, 'right/key'), 'another key\n');
      const trust = { projects: { [workspace]: { hasTrustDialogAccepted: true } } };
      await writeFile(join(root, 'config/.claude.json'), JSON.stringify(trust));
      for (const file of ['workspace/.claude/settings.json', 'config/settings.json']) {
        if (settings !== undefined) await writeFile(join(root, file), JSON.stringify(settings));
      }
    });
    after(() => rig.close({ lenient: true }));

    async function run(commands: readonly string[]): Promise<string> {
      const calls = commands.map((command, n): ToolUseBlock => ({
        type: 'tool_use',
        id: `toolu_${n}`,
        name: 'Bash',
        input: { command, description: 'x' },
      }));
      rig.standIn.reply(messageReply(calls), textReply('done'));
      await answerOf(rig.backend.chat(request([user('go')], { lane: 'workspace' }), never()));
      return JSON.stringify(rig.standIn.requests.at(-1)?.body.messages);
    }

    it(`needs permission if it may leave the folder (${COMMANDS.length} commands)`, async () => {
      const messages = await run(COMMANDS);
      assert.deepEqual(
        asked.map(({ input }) => JSON.stringify(input['command'])).sort(),
        COMMANDS.map((command) => JSON.stringify(command)).sort(),
      );
      assert.ok(!messages.includes(CANARY));
    });

    it('needs no permission if it only reads inside, and is literal', async () => {
      asked.length = 0;
      const messages = await run(['cat src/a.txt', 'ls -la src', 'grep -rn inside src', 'git status']);
      assert.deepEqual(asked, []);
      assert.ok(messages.includes('inside'));
    });
  });
}
