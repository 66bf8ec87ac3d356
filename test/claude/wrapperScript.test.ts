/** A CLI that is started by a script which stays its parent. Ending the script must end the CLI and its commands. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AskPermission } from '../../src/core/permission.js';
import { devCli } from '../standin/devCli.js';
import { toolReply } from '../standin/server.js';
import { answerOf, request, startCliRig, user, type CliRig } from '../support/cliRig.js';
import { isAlive, pidsIn } from '../support/processes.js';
import { until } from '../support/until.mjs';

describe('a script that starts the CLI and stays its parent', function () {
  this.timeout(60_000);
  let folder: string;
  let rig: CliRig;

  before(function () {
    if (process.platform === 'win32') this.skip();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wrapper-'));
  });
  afterEach(async () => {
    for (const pid of pidsIn(join(folder, 'pids')).filter(isAlive)) process.kill(pid, 'SIGKILL');
    await rig.close({ lenient: true });
    await rm(folder, { recursive: true, force: true });
  });

  /** @param prelude what the script does before it starts the CLI */
  async function start(prelude: string): Promise<void> {
    const cli = join(folder, 'claude');
    await writeFile(cli, `#!/bin/sh\n${prelude}\n'${devCli()}' "$@"\n`, { mode: 0o755 });
    const askPermission: AskPermission = () => Promise.resolve('once');
    const workspace = { permissions: 'acceptEdits', askPermission } as const;
    rig = await startCliRig({ cli, workspace });
  }

  const scripts: readonly (readonly [string, string, string])[] = [
    ['', ':', 'exec sleep 1000'],
    [' and ignores SIGTERM', "trap '' TERM", 'exec sleep 1000'],
    [', and whose command ignores signals,', ':', "trap '' TERM HUP INT\nsleep 1000\nsleep 1000"],
    [', and whose command starts a session of its own,', ':', 'setsid sleep 1000 &\nwait'],
  ];
  for (const [what, prelude, command] of scripts) {
    it(`leaves neither the CLI nor a command${what} when the server stops`, async () => {
      await start(prelude);
      const pids = join(folder, 'pids');
      const script = join(rig.environment.workspace, 'run.sh');
      await writeFile(script, `#!/bin/sh\necho $$ >>'${pids}'\necho $PPID >>'${pids}'\n${command}\n`, {
        mode: 0o755,
      });
      rig.standIn.reply(toolReply({ id: 'toolu_1', name: 'Bash', input: { command: './run.sh' } }));
      const abort = new AbortController();
      const answer = answerOf(rig.backend.chat(request([user('go')], { lane: 'workspace' }), abort.signal));
      answer.catch(() => undefined);
      await until('the command runs', () => pidsIn(pids).length === 2);
      abort.abort();
      await rig.backend.close();
      assert.deepEqual(pidsIn(pids).filter(isAlive), []);
    });
  }
});
