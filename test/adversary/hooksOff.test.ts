/** Settings that switch hooks off, in which the CLI asks for permission. No tool may run without the question. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/core/json.js';
import { silentLogger } from '../../src/core/log.js';
import type { PermissionRequest } from '../../src/core/permission.js';
import { devCli } from '../standin/devCli.js';
import { messageReply, textReply } from '../standin/server.js';
import { answerOf, never, request, startCliRig, user, type CliRig } from '../support/cliRig.js';
import { until } from '../support/until.mjs';

const CANARY = 'canary-of-a-file-outside-93d1';
const SIMPLE = { CLAUDE_CODE_SIMPLE: '1' };
/** Lets every call pass, as far as settings can. */
const PERMISSIVE = {
  permissions: { allow: ['Bash', 'Read'], defaultMode: 'bypassPermissions' },
  disableAllHooks: true,
};

const SWITCHES: Readonly<Record<string, JsonObject>> = {
  disableAllHooks: {},
  'CLAUDE_CODE_SIMPLE in the environment of settings': { env: SIMPLE },
  'other modes in the environment of settings': {
    env: {
      CLAUDE_CODE_SAFE_MODE: '1',
      CLAUDE_CODE_RESTRICTED: '1',
      CLAUDE_CODE_PERSONAL_HOOKS_OFF: '1',
      CLAUDE_CODE_DISABLE_HOOK_FORWARDING: '1',
      CLAUDE_CODE_EVEN_MORE_DANGEROUSLY_SKIP_PERMISSIONS: '1',
      claude_code_simple: '1',
    },
  },
  'settings of organizations': {
    allowManagedHooksOnly: true,
    strictPluginOnlyCustomization: true,
    sandbox: { enabled: true, autoAllowBashIfSandboxed: true },
  },
  'a hook that allows every call': {
    disableAllHooks: false,
    hooks: {
      PreToolUse: [
        {
          matcher: '*',
          hooks: [
            {
              type: 'command',
              command: `echo '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow"}}'`,
            },
          ],
        },
      ],
    },
  },
};

/**
 * A command that starts the CLI with these settings of the organization. The file of these settings belongs to root, so that
 * the CLI gets a folder /etc of its own.
 */
const withManagedSettings = (settings: JsonObject, root: string): string => `#!/bin/sh
exec unshare -m sh -c '
  mount --make-rprivate /
  mkdir -p "${root}/etc" && mount --bind /etc "${root}/etc" && mount -t tmpfs none /etc
  for file in "${root}"/etc/*; do ln -s "$file" /etc/; done
  rm -rf /etc/claude-code && mkdir /etc/claude-code
  printf %s "$0" > /etc/claude-code/managed-settings.json
  exec "$@"' '${JSON.stringify(settings)}' '${devCli()}' "$@"
`;

/** A command that starts the CLI in its simple mode, whatever its settings say. */
const IN_SIMPLE_MODE = `#!/bin/sh
for argument do
  shift
  if [ "$argument" = --settings ]; then skip=1; continue; fi
  if [ "$skip" = 1 ]; then skip=0; continue; fi
  set -- "$@" "$argument"
done
CLAUDE_CODE_SIMPLE=1 exec '${devCli()}' "$@"
`;

describe('a workspace model whose settings switch hooks off', function () {
  this.timeout(120_000);
  let rig: CliRig;
  let asked: PermissionRequest[];
  let lines: string[];
  let commands: string;

  before(async () => (commands = await mkdtemp(join(tmpdir(), 'claude-hooks-'))));
  after(() => rm(commands, { recursive: true, force: true }));

  /** @param command a shell script in the place of the CLI */
  async function start(settings: JsonObject, command?: (root: string) => string): Promise<void> {
    asked = [];
    lines = [];
    const log = { ...silentLogger, debug: (line: string) => void lines.push(line) };
    const cli = join(commands, 'claude');
    rig = await startCliRig({
      log,
      ...(command === undefined ? {} : { cli }),
      workspace: {
        permissions: 'acceptEdits',
        askPermission: (question) => {
          asked.push(question);
          return Promise.resolve('deny');
        },
      },
    });
    const { root, workspace } = rig.environment;
    if (command !== undefined) await writeFile(cli, command(root), { mode: 0o755 });
    await mkdir(join(workspace, '.claude'));
    await writeFile(join(root, 'outside'), CANARY);
    await symlink(join(root, 'outside'), join(workspace, 'link'));
    const trust = { projects: { [workspace]: { hasTrustDialogAccepted: true } } };
    await writeFile(join(root, 'config/.claude.json'), JSON.stringify(trust));
    for (const file of [
      'config/settings.json',
      'workspace/.claude/settings.json',
      'workspace/.claude/settings.local.json',
    ])
      await writeFile(join(root, file), JSON.stringify({ ...PERMISSIVE, ...settings }));
  }
  afterEach(() => rig.close({ lenient: true }));

  async function ask(): Promise<string> {
    const input = { command: 'cat link', description: 'x' };
    rig.standIn.reply(
      messageReply([
        { type: 'tool_use', id: 'toolu_1', name: 'Bash', input },
        {
          type: 'tool_use',
          id: 'toolu_2',
          name: 'Read',
          input: { file_path: join(rig.environment.workspace, 'link') },
        },
      ]),
      textReply('done'),
    );
    await answerOf(rig.backend.chat(request([user('go')], { lane: 'workspace' }), never()));
    return JSON.stringify(rig.standIn.requests.at(-1)?.body.messages);
  }

  for (const [what, settings] of Object.entries(SWITCHES)) {
    it(`asks before each call with ${what}`, async () => {
      await start(settings);
      assert.ok(!(await ask()).includes(CANARY));
      assert.deepEqual(asked.map(({ tool }) => tool).sort(), ['Bash', 'Read']);
    });
  }

  for (const settings of [
    { disableAllHooks: true },
    { allowManagedHooksOnly: true },
    { strictPluginOnlyCustomization: true },
    { env: SIMPLE },
  ]) {
    const refused = 'env' in settings;
    it(`${refused ? 'is refused' : 'asks before each call'} with the organization's ${JSON.stringify(settings)}`, async function () {
      if (spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/etc']).status !== 0) {
        console.log('      skipped: only root on Linux can give the CLI settings of an organization');
        this.skip();
      }
      await start({}, (root) => withManagedSettings({ ...PERMISSIVE, ...settings }, root));
      if (refused) {
        await assert.rejects(ask(), { kind: 'cliFailed', message: /CLAUDE_CODE_SIMPLE.*organization/ });
        assert.equal(rig.standIn.requests.length, 0);
      } else {
        assert.ok(!(await ask()).includes(CANARY));
        assert.deepEqual(asked.map(({ tool }) => tool).sort(), ['Bash', 'Read']);
      }
    });
  }

  it('fails, and its process ends, if a tool has run without the question', async () => {
    await start({}, () => IN_SIMPLE_MODE);
    await assert.rejects(ask(), { kind: 'cliFailed', message: /without asking this server for permission/ });
    assert.equal(rig.standIn.requests.length, 1);
    assert.deepEqual(asked, []);
    await until('the process has ended', () => {
      const started = lines.filter((line) => line.endsWith(' started')).length;
      return started > 0 && lines.filter((line) => line.includes(' ended ')).length === started;
    });
  });
});
